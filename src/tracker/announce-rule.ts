import type { AnnounceRequest } from '../bittorrent/announce-request.ts';
import type { AnnounceReply, FailureReply } from '../bittorrent/announce-response.ts';
import type { PeerState } from '../persistence/peer-journal.ts';
import type { AnnounceContext, ScrapeContext } from './announce-context.ts';

/**
 * Something that an announce has to pass, such as a list of clients that are not wanted. Rules are asked in their order, before the
 * announce costs anything else. They run at every announce: they neither wait nor throw, and keep nothing of the request.
 */
export interface AnnounceRule {
  /** Which counter its refusals raise; `refusedByRule` when it is left out. */
  readonly counter?: 'refusedByAddress' | 'refusedByClient';
  /** Why the announce is refused; undefined lets it pass. Give the same frozen object each time: front ends encode it once. */
  refusalOf(request: AnnounceRequest, context: AnnounceContext): FailureReply | undefined;
  /** The same for a scrape; left out when the rule has no word in it. */
  scrapeRefusalOf?(context: ScrapeContext): FailureReply | undefined;
  /** The announce passed all rules, the swarm is up to date, and this is the answer. */
  accepted?(request: AnnounceRequest, context: AnnounceContext, reply: AnnounceReply): void;
  /** A peer was put in, or brought up to date, of which another node or an earlier run told. Keep nothing of it. */
  observed?(infoHash: Uint8Array, peer: PeerState): void;
  /** A peer was taken out that another node saw leave. */
  departed?(infoHash: Uint8Array, peerId: Uint8Array): void;
}
