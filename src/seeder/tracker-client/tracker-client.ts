import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { TrackerFailure, TrackerReply } from '../../bittorrent/announce-response.ts';
import type { Address, AddressFamily, Endpoint } from '../../bittorrent/endpoint.ts';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { SwarmCounts } from '../../bittorrent/scrape.ts';
import type { ConnectionIdCache } from './connection-id-cache.ts';
import type { resolveHost } from './resolve-host.ts';

/** What trackers speak, as the scheme of an announce URL says it. */
export type TrackerProtocol = 'http' | 'https' | 'udp' | 'ws' | 'wss';

/** How an exchange with a tracker went. */
export interface Exchange {
  readonly protocol: TrackerProtocol;
  /** Who answered; undefined when the system does not tell. */
  readonly remote: Endpoint | undefined;
  /** The address from which we asked, as this machine knows it. */
  readonly local: Address | undefined;
  /** What went over the wire with all that the protocol asks for first: HTTP and UDP count every byte, WebSocket the messages. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** From the look-up of the name to the answer. */
  readonly elapsedMs: number;
  /** The answer as it came: bencode, a packet, or JSON. */
  readonly body: Uint8Array;
}

/** The answer to an announce; a refusal is an answer too. */
export interface AnnounceResult {
  readonly reply: TrackerReply | TrackerFailure;
  readonly exchange: Exchange;
}

/** The answer to a scrape. */
export interface ScrapeResult {
  readonly reply: { readonly swarms: readonly SwarmCounts[] } | TrackerFailure;
  readonly exchange: Exchange;
}

/** A tracker that we can ask, whatever it speaks. */
export interface TrackerClient {
  /**
   * Announces once.
   * @throws {TrackerClientError} when no answer came; {@link ProtocolError} ERR_TRACKER_RESPONSE when it cannot be read; the signal's reason.
   */
  announce(request: AnnounceRequest, signal: AbortSignal): Promise<AnnounceResult>;
  /**
   * Asks for the counts of up to 74 swarms.
   * @throws the same, and {@link TrackerClientError} ERR_NO_SCRAPE for an announce URL from which none can be made.
   */
  scrape(infoHashes: readonly InfoHash[], signal: AbortSignal): Promise<ScrapeResult>;
}

/** How to ask. */
export interface TrackerClientOptions {
  /** `Seedbed/0.1.0`. */
  readonly userAgent: string;
  /** Only this family; left out: whichever works. */
  readonly family?: AddressFamily | undefined;
  /** For the whole of an exchange. */
  readonly timeoutMs: number;
  /** UDP: sent again after so long, then after twice as long each time (BEP 15: 15 s); left out, three times within the whole. */
  readonly resendAfterMs?: number | undefined;
  /** UDP: ids that trackers gave us, shared by the clients of a program; left out: none is kept. */
  readonly connectionIds?: ConnectionIdCache | undefined;
  /** UDP: how a host name becomes addresses; left out: as the system does it. */
  readonly resolve?: typeof resolveHost | undefined;
  /** HTTP: how often a tracker may send us on; left out: three times. */
  readonly maxRedirects?: number | undefined;
  /** TLS: take any certificate, for whoever looks at what is wrong with one. */
  readonly isAnyCertificateTaken?: boolean | undefined;
}
