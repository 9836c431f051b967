import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { TrafficBatch } from '../../persistence/traffic-store.ts';

/** What a batch has in it, before it has a number. */
export type TrafficPart = Omit<TrafficBatch, 'number'>;

/** Two halves of at least one row of traffic each; a session stays beside the traffic that was computed from it. */
export function splitBatch({ traffic, sessions }: TrafficPart): readonly [TrafficPart, TrafficPart] {
  const rest = traffic.slice(Math.ceil(traffic.length / 2));
  const inRest = new Set(rest.map(keyOf));
  return [
    {
      traffic: traffic.slice(0, traffic.length - rest.length),
      sessions: sessions.filter((session) => !inRest.has(keyOf(session))),
    },
    { traffic: rest, sessions: sessions.filter((session) => inRest.has(keyOf(session))) },
  ];
}

function keyOf({ userId, infoHash }: { readonly userId: number; readonly infoHash: Uint8Array }): string {
  return `${userId} ${infoHashToHex(infoHash)}`;
}
