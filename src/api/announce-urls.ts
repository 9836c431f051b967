import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { withoutPasskey, withPasskey } from '../bittorrent/announce-path.ts';

/** Where HTTPS answers. */
export interface HttpsPlace {
  /** A host at which strangers reach us and that the certificate holds for; undefined when it names none. */
  readonly host: string | undefined;
  readonly port: number;
}

/** How strangers reach our tracker, and which URLs mean ourselves. */
export class AnnounceUrls {
  /** As configured, without a slash at its end. */
  readonly publicUrl: string | undefined;
  readonly #defaultAddress: string;
  readonly #port: () => number;
  readonly #udpPort: () => number | undefined;
  readonly #isWsWritten: boolean;
  readonly #https: () => HttpsPlace | undefined;

  /** `publicUrl` as configured; `defaultAddress` is written into URLs when there is none. The ports are asked for late: they may be any free ones. */
  constructor(options: {
    readonly publicUrl: string | undefined;
    readonly defaultAddress: string;
    readonly port: () => number;
    /** Undefined: no tracker over UDP. */
    readonly udpPort?: () => number | undefined;
    /** Write the URLs over WebSocket too. */
    readonly isWsWritten?: boolean;
    /** Undefined: no HTTPS. */
    readonly https?: () => HttpsPlace | undefined;
  }) {
    this.publicUrl = options.publicUrl?.replace(/\/+$/, '');
    this.#defaultAddress = options.defaultAddress;
    this.#port = options.port;
    this.#udpPort = options.udpPort ?? (() => undefined);
    this.#isWsWritten = options.isWsWritten ?? false;
    this.#https = options.https ?? (() => undefined);
  }

  /** The scheme, host and port that we print and write: the public URL, else that of the certificate, else the default address. */
  get origin(): string {
    return this.#configuredOrigin ?? originOf(this.#defaultAddress, this.#port());
  }

  /**
   * Our announce URLs as one tier, for somebody who reached us by `origin`: that one first, because it works from there,
   * and the public one (or that over HTTPS) behind it. Behind each URL stands that of the same host over UDP,
   * and all over WebSocket come last, when they are wanted. With a passkey: the URLs of that user.
   */
  tierFor(origin: string, passkey?: string): string[] {
    const tier = this.#tierFor(origin);
    return passkey === undefined ? tier : tier.map((url) => withPasskey(url, passkey));
  }

  #tierFor(origin: string): string[] {
    const origins = this.originsFor(origin);
    const urls = origins.flatMap((each) => [announceUrl(each), ...this.#udpUrlsFor(each)]);
    return this.#isWsWritten ? [...urls, ...origins.map(wsAnnounceUrl)] : urls;
  }

  /** By what somebody reaches us who did so by `origin`: that first, and the public one (or that over HTTPS) behind it. */
  originsFor(origin: string): string[] {
    const configured = this.#configuredOrigin;
    return [...new Set([origin, ...(configured === undefined ? [] : [configured])])];
  }

  /** The path below our origin to which a URL over HTTP leads, such as `/files/...`; undefined when it leads elsewhere. */
  ownPath(url: string): string | undefined {
    const configured = this.#configuredOrigin;
    if (configured !== undefined && url.startsWith(`${configured}/`)) return url.slice(configured.length);
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || !this.#isOurPort(parsed)) return undefined;
    if (!isThisMachine(parsed.hostname.replace(/^\[|\]$/g, ''))) return undefined;
    const base = this.publicUrl === undefined ? '' : new URL(this.publicUrl).pathname.replace(/\/$/, '');
    return parsed.pathname.startsWith(`${base}/`) ? parsed.pathname.slice(base.length) : parsed.pathname;
  }

  /** Whether an announce URL, a user's or everybody's, leads to this node: our public URL, or any address of this machine with our port, and the same over UDP and WebSocket. */
  isOwn(announceUrlOfAny: string): boolean {
    const url = withoutPasskey(announceUrlOfAny);
    const configured = this.#configuredOrigin;
    if (
      configured !== undefined &&
      [announceUrl(configured), wsAnnounceUrl(configured), ...this.#udpUrlsFor(configured)].includes(url)
    )
      return true;
    if (!URL.canParse(url)) return false;
    const parsed = new URL(url);
    return this.#hasOurPort(parsed) && isThisMachine(parsed.hostname.replace(/^\[|\]$/g, ''));
  }

  #hasOurPort({ protocol, port, pathname }: URL): boolean {
    if (protocol === 'udp:') return port !== '' && Number(port) === this.#udpPort(); // its path says nothing
    return pathname === '/announce' && this.#isOurPort({ protocol, port });
  }

  #isOurPort({ protocol, port }: Pick<URL, 'protocol' | 'port'>): boolean {
    const isSecure = protocol === 'https:' || protocol === 'wss:';
    if (!isSecure && protocol !== 'http:' && protocol !== 'ws:') return false;
    const number = port === '' ? (isSecure ? 443 : 80) : Number(port);
    return number === (isSecure ? this.#https()?.port : this.#port());
  }

  /** The origin that does not depend on the address of this machine. */
  get #configuredOrigin(): string | undefined {
    if (this.publicUrl !== undefined) return this.publicUrl;
    const https = this.#https();
    return https?.host === undefined ? undefined : new URL(originOf(https.host, https.port, 'https')).origin;
  }

  /** The announce URL over UDP at the host of an origin: one, or none when there is no such tracker. */
  #udpUrlsFor(origin: string): string[] {
    const port = this.#udpPort();
    if (port === undefined || !URL.canParse(origin)) return [];
    return [`udp://${new URL(origin).hostname}:${port}/announce`];
  }
}

/** The announce URL below an origin. */
export function announceUrl(origin: string): string {
  return `${origin}/announce`;
}

/** The announce URL over WebSocket below an origin: `ws:` for `http:`, `wss:` for `https:`. */
export function wsAnnounceUrl(origin: string): string {
  return announceUrl(origin.replace(/^http/, 'ws'));
}

/** `http://address:port`, IPv6 in brackets. */
export function originOf(address: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  return `${scheme}://${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
}

function isThisMachine(host: string): boolean {
  return (
    host === 'localhost' || host.startsWith('127.') || (isIP(host) !== 0 && machineAddresses().has(host))
  );
}

function machineAddresses(): Set<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  );
}
