import { join } from 'node:path';
import { writeRandomFile } from '../../../test/support/data.ts';
import { connectIdlePeers } from '../../../test/support/idle-peers.ts';
import { Scope } from '../../../test/support/scope.ts';
import { Collection } from '../collection.ts';
import { residentBytes } from '../cores.ts';
import { makeFastFolder } from '../fast-folder.ts';
import type { BenchOptions } from '../options.ts';
import type { Case, Sample } from '../report.ts';
import { type Seeder, startLibtorrentSeeder, startSeedbedSeeder } from '../seeding/seeders.ts';

/** What a peer costs that is there and wants nothing. */
async function measure(start: (scope: Scope) => Promise<Seeder>, count: number): Promise<Sample> {
  const scope = new Scope();
  try {
    const seeder = await start(scope);
    const target = { port: seeder.port, infoHash: seeder.torrent.infoHash };
    await connectIdlePeers(scope, target, { count: 1 }); // what the first one needs is not counted
    const before = residentBytes(seeder.pid);
    await connectIdlePeers(scope, target, { count, from: 1 });
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
