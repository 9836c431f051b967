import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** How strangers reach our tracker, and which URLs mean ourselves. */
export class AnnounceUrls {
  readonly #publicUrl: string | undefined;
  readonly #defaultAddress: string;
  readonly #port: () => number;
  readonly #udpPort: () => number | undefined;
  readonly #isWsWritten: boolean;

  /** `publicUrl` as configured; `defaultAddress` is written into URLs when there is none. The ports are asked for late: they may be any free ones. */
  constructor(options: {
    readonly publicUrl: string | undefined;
    readonly defaultAddress: string;
    readonly port: () => number;
    /** Undefined: no tracker over UDP. */
    readonly udpPort?: () => number | undefined;
    /** Write the URLs over WebSocket too. */
    readonly isWsWritten?: boolean;
  }) {
    this.#publicUrl = options.publicUrl?.replace(/\/+$/, '');
    this.#defaultAddress = options.defaultAddress;
    this.#port = options.port;
    this.#udpPort = options.udpPort ?? (() => undefined);
    this.#isWsWritten = options.isWsWritten ?? false;
  }

  /** The scheme, host and port that we print and write: the public URL, else the default address. */
  get origin(): string {
    return this.#publicUrl ?? originOf(this.#defaultAddress, this.#port());
  }

  /**
   * Our announce URLs as one tier, for somebody who reached us by `origin`: that one first, because it works from there,
   * and the public one behind it. Behind each URL stands that of the same host over UDP,
   * and all over WebSocket come last, when they are wanted.
   */
  tierFor(origin: string): string[] {
    const origins = new Set([origin, ...(this.#publicUrl === undefined ? [] : [this.#publicUrl])]);
    const urls = [...origins].flatMap((each) => [announceUrl(each), ...this.#udpUrlsFor(each)]);
    return this.#isWsWritten ? [...urls, ...[...origins].map(wsAnnounceUrl)] : urls;
  }

  /** Whether an announce URL leads to this node: our public URL, or any address of this machine with our port, and the same over UDP and WebSocket. */
  isOwn(url: string): boolean {
    const ofPublicUrl =
      this.#publicUrl === undefined
        ? []
        : [
            announceUrl(this.#publicUrl),
            wsAnnounceUrl(this.#publicUrl),
            ...this.#udpUrlsFor(this.#publicUrl),
          ];
    if (ofPublicUrl.includes(url)) return true;
    if (!URL.canParse(url)) return false;
    const { protocol, hostname, port, pathname } = new URL(url);
    const isOurs =
      protocol === 'udp:'
        ? port !== '' && Number(port) === this.#udpPort() // its path says nothing
        : (protocol === 'http:' || protocol === 'ws:') &&
          pathname === '/announce' &&
          (port === '' ? 80 : Number(port)) === this.#port();
    if (!isOurs) return false;
    const host = hostname.replace(/^\[|\]$/g, '');
    return (
      host === 'localhost' || host.startsWith('127.') || (isIP(host) !== 0 && machineAddresses().has(host))
    );
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
export function originOf(address: string, port: number): string {
  return `http://${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
}

function machineAddresses(): Set<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  );
}
