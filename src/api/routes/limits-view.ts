import type { RatePacer } from '../../seeder/rates/rate-pacer.ts';
import { type ScheduledRate, timeOfDay } from '../../seeder/rates/rate-schedule.ts';
import type { PerDirection } from '../per-direction.ts';

/** The limits of the node in one direction as the control API shows them; rates are bytes a second, null is no limit. */
export interface DirectionView {
  readonly nodeBytesPerSecond: number | null;
  readonly eachTorrentBytesPerSecond: number | null;
  readonly eachPeerBytesPerSecond: number | null;
  /** The node's limit at this hour. */
  readonly nowBytesPerSecond: number | null;
  readonly schedule: readonly {
    readonly from: string;
    readonly to: string;
    readonly bytesPerSecond: number | null;
  }[];
  readonly isLocalLimited: boolean;
  /** What passes now. */
  readonly rateBytesPerSecond: number;
  /** Peers that a limit holds back now. */
  readonly waitingPeers: number;
}

/** What the node may send in a month, and has; bytes. */
export interface BudgetView {
  readonly limitBytes: number;
  readonly spentBytes: number;
  /** Nobody is served until the next month. */
  readonly isSpent: boolean;
  /** When this month began, and when the next does: ISO 8601. */
  readonly from: string;
  readonly until: string;
}

/** The limits of the node as the control API shows them. */
export type LimitsView = PerDirection<DirectionView> & {
  /** Null: there is none. */
  readonly budget: BudgetView | null;
};

/** The limits of a torrent as the control API shows them. */
export type TorrentLimitsView = PerDirection<{
  /** Beside the limits of the node; null: none. */
  readonly bytesPerSecond: number | null;
  /** False: it is that of each torrent. */
  readonly isOwn: boolean;
  readonly rateBytesPerSecond: number;
}>;

/** What a pacer holds to, and what passes. */
export function directionView(pacer: RatePacer, rateBytesPerSecond: number): DirectionView {
  return {
    nodeBytesPerSecond: pacer.limits.node,
    eachTorrentBytesPerSecond: pacer.limits.eachTorrent,
    eachPeerBytesPerSecond: pacer.limits.eachPeer,
    nowBytesPerSecond: pacer.nodeLimitNow,
    schedule: pacer.schedule.map(scheduleView),
    isLocalLimited: pacer.isLocalLimited,
    rateBytesPerSecond: Math.round(rateBytesPerSecond),
    waitingPeers: pacer.waitingCount,
  };
}

function scheduleView({
  fromMinute,
  toMinute,
  bytesPerSecond,
}: ScheduledRate): DirectionView['schedule'][number] {
  return { from: timeOfDay(fromMinute), to: timeOfDay(toMinute), bytesPerSecond };
}
