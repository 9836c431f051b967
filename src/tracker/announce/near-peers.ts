import type { PeerArena } from '../store/peer-arena.ts';
import type { PeerRuns } from '../store/peer-runs.ts';

/** Slots that are looked at for peers near by: about 2 us. */
const SCAN = 512;
/** Bytes of an address that near peers have in common: a /24, and a /48. */
const PREFIX_BYTES_4 = 3;
const PREFIX_BYTES_6 = 6;

/**
 * Puts peers of the seeker's own network (IPv4 /24, IPv6 /48) in the place of others of a choice, up to half of them: so many stay
 * random, or such a network would keep to itself. Peers of the ring of slots from `from` up to `to` behind the choice are looked at, up to
 * {@link SCAN} of them. `seeker` is a slot; it is not chosen.
 */
export function preferNear(
  arena: PeerArena,
  seeker: number,
  from: number,
  to: number,
  chosen: PeerRuns,
): void {
  const size = to - from;
  const rest = Math.min(SCAN, size - chosen.peers);
  const room = Math.min(chosen.peers >> 1, (chosen.runs.length >> 1) - chosen.count);
  if (rest <= 0 || room <= 0) return;
  const last = chosen.count - 1;
  const end = (chosen.runs[2 * last] as number) + (chosen.runs[2 * last + 1] as number); // a choice has runs
  let count = chosen.count;
  for (let i = 0; i < rest && count - chosen.count < room; i++) {
    const slot = from + ((end - from + i) % size);
    if (slot === seeker || isChosen(chosen, slot) || !isNear(arena, seeker, slot)) continue;
    chosen.runs[2 * count] = slot;
    chosen.runs[2 * count + 1] = 1;
    count++;
  }
  replace(chosen, count);
}

/** The runs behind the first `chosen.count` take the places of peers at the end of these. */
function replace(chosen: PeerRuns, count: number): void {
  const { runs } = chosen;
  let surplus = count - chosen.count;
  for (let run = chosen.count - 1; surplus > 0; run--) {
    const taken = Math.min(surplus, runs[2 * run + 1] as number); // half of the peers stay, so there is a run
    runs[2 * run + 1] = (runs[2 * run + 1] as number) - taken;
    surplus -= taken;
  }
  chosen.count = count;
}

function isChosen({ runs, count }: PeerRuns, slot: number): boolean {
  for (let run = 0; run < count; run++) {
    const start = runs[2 * run] as number; // 2 * count numbers
    if (slot >= start && slot < start + (runs[2 * run + 1] as number)) return true;
  }
  return false;
}

function isNear({ endpoints, endpointBytes, addressBytes }: PeerArena, a: number, b: number): boolean {
  const bytes = addressBytes === 4 ? PREFIX_BYTES_4 : PREFIX_BYTES_6;
  for (let i = 0; i < bytes; i++)
    if (endpoints[a * endpointBytes + i] !== endpoints[b * endpointBytes + i]) return false;
  return true;
}
