// One scenario of the store, in a process of its own so that its memory is its own:
// `measure.ts SWARMS PEERS SECONDS [seeded|followed]` fills SWARMS swarms with PEERS peers through TrackerCore, then announces for SECONDS;
// in swarms that our own node seeds, and follows.
import { performance } from 'node:perf_hooks';
import { addressFromBytes } from '../../../src/bittorrent/endpoint.ts';
import { infoHashFromBytes } from '../../../src/bittorrent/info-hash.ts';
import { peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';
import { TrackerCore } from '../../../src/tracker/core.ts';
import { FollowedSwarms } from '../../../src/tracker/followed/followed-swarms.ts';
import { randomBytesOf } from '../../../test/support/data.ts';

const [swarms = 0, peers = 0, seconds = 0] = process.argv.slice(2).map(Number);
const [mode] = process.argv.slice(5);
const bytesBefore = process.memoryUsage.rss();
const core = new TrackerCore({ access: 'open', clock: () => 1_000_000 });
const names = Buffer.concat(
  Array.from({ length: Math.ceil((swarms * 20) / 4_000_000) }, (_v, i) => randomBytesOf(i, 4_000_000)),
);
// One request and one context, written over for each announce: this measures the core, not the making of objects.
const infoHash = infoHashFromBytes(new Uint8Array(20));
const peerId = peerIdFromBytes(new Uint8Array(20));
const source = addressFromBytes(new Uint8Array([10, 0, 0, 0]));
const reachedAt = addressFromBytes(new Uint8Array([192, 0, 2, 1]));
const request = {
  infoHash,
  peerId,
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 1_000_000,
  event: 'none' as const,
  numWant: 50,
  key: 1,
  ip: undefined,
  compact: true,
  noPeerId: false,
};

/** Our own node has all torrents. */
function seedAll(): void {
  const followed = new FollowedSwarms(peers);
  for (let swarm = 0; swarm < swarms; swarm++) {
    const name = infoHashFromBytes(names.subarray(swarm * 20, swarm * 20 + 20));
    const seed = { port: 6882, peerId: peerIdFromBytes(new Uint8Array(20).fill(1)), isComplete: true };
    core.setLocalSeed(name, {
      ...seed,
      ...(mode === 'followed' && { follower: followed.follow(name, request.left) }),
    });
  }
}

/** Peer `index` announces itself to its swarm. Returns how many peers it was given; throws when it was refused. */
function announce(index: number): number {
  const swarm = index % swarms;
  infoHash.set(names.subarray(swarm * 20, swarm * 20 + 20));
  for (let shift = 0; shift < 4; shift++) {
    source[shift] = ((index + 0x0b000000) >>> (24 - 8 * shift)) & 255;
    peerId[16 + shift] = source[shift] as number;
  }
  const reply = core.announce(request, { source, localAddress: reachedAt });
  if ('reason' in reply) throw new Error(reply.reason);
  return reply.incomplete;
}

function fill(): number {
  const began = performance.now();
  for (let index = 0; index < peers; index++) announce(index);
  return (performance.now() - began) / 1_000;
}

function announceAgain(): { announces: number; seconds: number } {
  const began = performance.now();
  const end = began + seconds * 1_000;
  let announces = 0;
  let index = 1;
  while (performance.now() < end)
    for (let turn = 0; turn < 1_000; turn++, announces++) {
      index = (Math.imul(index, 1_664_525) + 1_013_904_223) >>> 0;
      announce(index % peers);
    }
  return { announces, seconds: (performance.now() - began) / 1_000 };
}

if (mode !== undefined) seedAll();
const fillSeconds = fill();
const { bytesUsed } = core.stats();
global.gc?.();
const residentBytes = process.memoryUsage.rss() - bytesBefore - names.length;
const again = announceAgain();
console.log(JSON.stringify({ fillSeconds, bytesUsed, residentBytes, ...again }));
