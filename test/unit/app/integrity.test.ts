import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { defaultDatabase } from '../../../src/persistence/database-url.ts';
import { openPersistence } from '../../../src/persistence/open.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { rotByte } from '../../support/corrupt.ts';
import { eventually } from '../../support/eventually.ts';

describe('a running Seedbed', () => {
  it('hashes what it does not know before it serves it, unless it is told to check it on the way', async (t) => {
    const made = await makeFileTorrent(t);
    await rotByte(made.path, 50_000);
    const publication = { torrent: made.torrent, dataPath: made.path, resume: null };
    const { infoHash } = made.metainfo;
    const careful = await startTestApp(t);
    await careful.catalogue.add(publication);
    await eventually('the check', () => careful.catalogue.get(infoHash)?.seed?.state === 'failed');
    const quick = await startTestApp(t, { checkOnServe: true });
    await quick.catalogue.add(publication);
    await eventually('seeding', () => quick.catalogue.get(infoHash)?.seed?.state === 'seeding');
  });

  it('finds what goes bad while nobody downloads, says so in the metrics, and keeps how far it came', async (t) => {
    const app = await startTestApp(t, { scrub: 64 * 2 ** 20 });
    const made = await makeFileTorrent(t);
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const { infoHash } = made.metainfo;
    await eventually('seeding', () => app.catalogue.get(infoHash)?.seed?.state === 'seeding');
    await rotByte(made.path, 99_999);
    await eventually('the bad piece', () => app.catalogue.get(infoHash)?.seed?.state === 'failed');
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    assert.match(metrics, /^seedbed_seed_corrupt_pieces_total 1$/m);
    assert.match(metrics, /^seedbed_seed_scrubbed_bytes_total [1-9]/m);
    await app.stop();
    const logger = pino({ level: 'silent' });
    const persistence = await openPersistence({ database: defaultDatabase(app.dataDir), logger });
    const kept = await persistence.getSetting('scrub').finally(() => persistence.close());
    assert.match(Buffer.from(kept ?? []).toString(), /^\{"infoHash":"[0-9a-f]*","piece":\d+,"rounds":\d+\}$/);
  });
});
