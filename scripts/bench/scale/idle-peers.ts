import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { writeRandomFile } from '../../../test/support/data.ts';
import { withDeadline } from '../../../test/support/eventually.ts';
import { Scope } from '../../../test/support/scope.ts';
import { Collection } from '../collection.ts';
import { residentBytes } from '../cores.ts';
import { makeFastFolder } from '../fast-folder.ts';
import type { BenchOptions } from '../options.ts';
import type { Case, Sample } from '../report.ts';
import { type Seeder, startLibtorrentSeeder, startSeedbedSeeder } from '../seeding/seeders.ts';

const HANDSHAKE_BYTES = 68;
const DEADLINE_MS = 60_000;

/** A peer that shakes hands and says that it has nothing, and no more: resolves when the seeder has answered. */
function idlePeer(scope: Scope, { port, torrent }: Seeder, index: number): Promise<void> {
  const socket: Socket = connect({ host: '127.0.0.1', port, localAddress: addressOf(index) });
  scope.after(() => void socket.destroy());
  const hello = Buffer.alloc(HANDSHAKE_BYTES);
  hello.write('\x13BitTorrent protocol', 'latin1');
  hello[27] = 0x04; // BEP 6
  hello.write(torrent.infoHash, 28, 'hex');
  hello.write(`-ID0001-${String(index).padStart(12, '0')}`, 48, 'latin1');
  socket.write(Buffer.concat([hello, Buffer.from('000000010f', 'hex')])); // have none
  return new Promise((resolve, reject) => {
    let received = 0;
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the seeder closed a connection')));
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received >= HANDSHAKE_BYTES) resolve();
    });
  });
}

/** Some seeders admit one connection an address. */
function addressOf(index: number): string {
  return `127.0.${1 + (index >> 8)}.${index & 0xff}`;
}

/** What a peer costs that is there and wants nothing. */
async function measure(start: (scope: Scope) => Promise<Seeder>, count: number): Promise<Sample> {
  const scope = new Scope();
  try {
    const seeder = await start(scope);
    await idlePeer(scope, seeder, 0); // what the first one needs is not counted
    const before = residentBytes(seeder.pid);
    for (let from = 1; from <= count; from += 50) {
      const some = Array.from({ length: Math.min(50, count + 1 - from) }, (_, at) =>
        idlePeer(scope, seeder, from + at),
      );
      await withDeadline('the seeder to shake hands', Promise.all(some), DEADLINE_MS);
    }
    const after = residentBytes(seeder.pid);
    const all = `${Math.round(after / 2 ** 20)} MiB in all`;
    return { value: (after - before) / count / 1024, note: all };
  } finally {
    await scope.end();
  }
}

/** Memory of peers that are connected and want nothing. */
export async function idlePeers({ smoke, rounds }: BenchOptions): Promise<Case> {
  const scope = new Scope();
  const count = smoke ? 50 : 1_000;
  try {
    const folder = await makeFastFolder(scope, 2 ** 20);
    const file = join(folder, 'data.bin');
    await writeRandomFile(file, 2 ** 20);
    const plan = { folder, file, prefix: [] };
    const collection = new Collection();
    for (let round = 0; round < rounds; round++) {
      await collection.attempt('seedbed', () => measure((owner) => startSeedbedSeeder(owner, plan), count));
      await collection.attempt('libtorrent', () =>
        measure((owner) => startLibtorrentSeeder(owner, plan, undefined), count),
      );
    }
    return {
      bench: 'scale',
      name: `resident memory of each of ${count} idle peers`,
      unit: 'KiB',
      lowerIsBetter: true,
      subjects: collection.subjects,
      notes: ['what the kernel keeps for a connection is the same for both and not in it'],
    };
  } finally {
    await scope.end();
  }
}
