import type { BencodeDictionary } from '../../bittorrent/bencode.ts';
import type { Address, AddressFamily } from '../../bittorrent/endpoint.ts';
import type { AnnounceResult, TrackerProtocol } from '../../seeder/tracker-client/tracker-client.ts';

/** One way to a tracker: a protocol, over a family. */
export interface Way {
  readonly protocol: TrackerProtocol;
  readonly family: AddressFamily;
  readonly url: string;
  /** It was named, or the settings say that it is there; else it was only tried. */
  readonly isExpected: boolean;
}

/** A question that was asked, with its answer or why there is none. */
export type Outcome<T> = { readonly answer: T } | { readonly error: Error };

/** A peer that the doctor plays. */
export interface PlayedPeer {
  readonly port: number;
}

/** What came of a way. */
export interface WayEvidence extends Way {
  /** The first peer's announce. */
  readonly first: Outcome<AnnounceResult>;
  /** A second peer's announce, and the first one's again: only where the first was answered. */
  readonly second: Outcome<AnnounceResult> | undefined;
  readonly again: Outcome<AnnounceResult> | undefined;
}

/** A server's certificate, as it was shown to us. */
export interface CertificateEvidence {
  readonly family: AddressFamily;
  readonly names: string;
  readonly issuer: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** Certificates that were sent: the server's own, and those of who signed it. */
  readonly chainLength: number;
  /** Why it is not trusted, as OpenSSL names it; undefined when it is. */
  readonly trustError: string | undefined;
  /** Whether it is for the name in the URL. */
  readonly isForHost: boolean;
  readonly tlsVersion: string;
}

/** What was asked over HTTP beside announces. */
export interface HttpEvidence {
  /** The answer to the first announce, for what the decoder leaves out. */
  readonly announce: BencodeDictionary | undefined;
  /** Whether a path that begins like the announce URL, but is another, is answered as if it were it. */
  readonly isOtherPathAnswered: boolean;
  readonly scrape: Outcome<{ readonly isKnown: boolean } | { readonly failure: string }>;
  /** Bytes of the answer to a scrape without info-hashes that names swarms; undefined when there is none. */
  readonly fullScrapeBytes: number | undefined;
  /** `Date` of an answer less our clock, in seconds. */
  readonly clockOffsetSeconds: number | undefined;
}

/** Whether anybody can announce others. */
export interface SpoofEvidence {
  /** A peer with another address in X-Forwarded-For is handed out there. */
  readonly isForwardedBelieved: boolean;
  /** A peer with another address in the parameter `ip` is handed out there. */
  readonly isParameterBelieved: boolean;
}

/** What was seen of a tracker from the outside. */
export interface TrackerEvidence {
  readonly url: string;
  readonly protocol: TrackerProtocol;
  readonly host: string;
  readonly port: number;
  readonly addresses: Outcome<readonly Address[]>;
  /** The info-hash was made up, so nobody else is in its swarm. */
  readonly isMadeUpHash: boolean;
  /** Leechers that are in a made-up swarm besides. */
  readonly otherPeers: number;
  /** A refusal is no fault, and this is what to do; undefined: it is for made-up torrents alone. */
  readonly refusalHint: string | undefined;
  readonly ways: readonly WayEvidence[];
  readonly firstPeer: PlayedPeer;
  readonly secondPeer: PlayedPeer;
  readonly certificates: readonly (Outcome<CertificateEvidence> & { readonly family: AddressFamily })[];
  readonly http: HttpEvidence | undefined;
  /** Undefined where others might have been told of addresses that are not ours. */
  readonly spoofing: SpoofEvidence | undefined;
  /** What came back for an announce over UDP with a connection id that we made up. */
  readonly forgedUdp: 'silence' | 'error' | 'answer' | undefined;
  /** The clock of this machine when all was seen. */
  readonly now: Date;
}

/** Whether a question was answered. */
export function isAnswered<T>(outcome: Outcome<T> | undefined): outcome is { readonly answer: T } {
  return outcome !== undefined && 'answer' in outcome;
}

/** The answer, or why there is none. */
export async function outcomeOf<T>(ask: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { answer: await ask() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** `UDP over IPv6`, for people. */
export function wayName({ protocol, family }: Pick<Way, 'protocol' | 'family'>): string {
  return `${protocol === 'ws' || protocol === 'wss' ? 'WebSocket' : protocol.toUpperCase()} over IPv${family}`;
}
