import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** How strangers reach our HTTP port, and which URLs mean ourselves. */
export class AnnounceUrls {
  readonly #publicUrl: string | undefined;
  readonly #defaultAddress: string;
  readonly #port: () => number;

  /** `publicUrl` as configured; `defaultAddress` is written into URLs when there is none. The port is asked for late: it may be any free one. */
  constructor(options: {
    readonly publicUrl: string | undefined;
    readonly defaultAddress: string;
    readonly port: () => number;
  }) {
    this.#publicUrl = options.publicUrl?.replace(/\/+$/, '');
    this.#defaultAddress = options.defaultAddress;
    this.#port = options.port;
  }

  /** The scheme, host and port that we print and write: the public URL, else the default address. */
  get origin(): string {
    return this.#publicUrl ?? originOf(this.#defaultAddress, this.#port());
  }

  /**
   * Our announce URLs as one tier, for somebody who reached us by `origin`: that one first, because it works from there,
   * and the public one behind it.
   */
  tierFor(origin: string): string[] {
    const origins = new Set([origin, ...(this.#publicUrl === undefined ? [] : [this.#publicUrl])]);
    return [...origins].map(announceUrl);
  }

  /** Whether an announce URL leads to this node: our public URL, or any address of this machine with our port. */
  isOwn(url: string): boolean {
    if (this.#publicUrl !== undefined && url === announceUrl(this.#publicUrl)) return true;
    if (!URL.canParse(url)) return false;
    const { protocol, hostname, port, pathname } = new URL(url);
    if (
      protocol !== 'http:' ||
      pathname !== '/announce' ||
      (port === '' ? 80 : Number(port)) !== this.#port()
    )
      return false;
    const host = hostname.replace(/^\[|\]$/g, '');
    return (
      host === 'localhost' || host.startsWith('127.') || (isIP(host) !== 0 && machineAddresses().has(host))
    );
  }
}

/** The announce URL below an origin. */
export function announceUrl(origin: string): string {
  return `${origin}/announce`;
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
