import type { Torrent } from '../torrent.ts';
import type { ResumeRecord } from './resume.ts';

/**
 * A record with what else is known of its torrent. It may be of a moment ago: a piece that was found bad since then is not in it.
 */
export function recordOf(record: ResumeRecord, torrent: Torrent): ResumeRecord {
  const had = torrent.bitfield();
  const { isOurs, isRepairing } = torrent;
  const bits = record.bits.map((byte, at) => byte & (had[at] ?? 0));
  return { bits, stamps: record.stamps, unchecked: torrent.unchecked?.bits(), isOurs, isRepairing };
}
