import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';

/** What a start on the data folder of `app` warns of. */
async function warnings(
  t: TestContext,
  dataDir: string,
  privateTracker: boolean,
): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const app = await startTestApp(t, { dataDir, privateTracker }, { logger });
  await app.stop();
  return lines;
}

test('a tracker that becomes private counts the torrents that are not, in one line with what to do', async (t) => {
  const app = await startTestApp(t);
  const { torrent, path, resume, metainfo } = await makeFileTorrent(t);
  await app.catalogue.add({ torrent, dataPath: path, resume });
  await app.stop();
  assert.deepEqual(await warnings(t, app.dataDir, false), []);
  const [line, ...others] = await warnings(t, app.dataDir, true);
  assert.deepEqual(others, []);
  assert.partialDeepStrictEqual(line, { torrents: 1, examples: [infoHashToHex(metainfo.infoHash)] });
  assert.match(String(line?.['msg']), /seedbed publish.*seedbed remove/);
});
