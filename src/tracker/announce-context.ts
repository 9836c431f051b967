import { type Address, addressFromBytes } from '../bittorrent/endpoint.ts';

/** The protocol that carried an announce. */
export type AnnounceProtocol = 'http' | 'udp' | 'ws';

/** The sender where a proxy that we trust did not say who it is. It is answered, and never listed. */
export const UNKNOWN_SENDER: Address = addressFromBytes(new Uint8Array(4));

/** Who asks for a scrape. */
export type ScrapeContext = Pick<AnnounceContext, 'protocol' | 'passkey'>;

/** Where an announce came from. */
export interface AnnounceContext {
  /** The sender, after trusted proxies. */
  readonly source: Address;
  /** Where the sender reached us; undefined when that is not known, or when it is a proxy's business. */
  readonly localAddress: Address | undefined;
  /** The protocol carries peers of the sender's family only (BEP 15), so no others are chosen. */
  readonly isOneFamily?: boolean;
  /** Left out: not known. */
  readonly protocol?: AnnounceProtocol;
  /** The number of the WebSocket that carried it. Such a peer has no endpoint: it is reached by this socket, as long as it is open. */
  readonly webSocket?: number;
  /** What stood behind `/announce/` in the URL (BEP 41 over UDP): who a private tracker's user is. Not checked. */
  readonly passkey?: string | undefined;
}
