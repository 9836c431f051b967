import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import type { CliError } from '../../../src/cli/exit.ts';
import { isInfoHashLike, withTorrents } from '../../../src/cli/torrent-argument.ts';
import { startTestApi } from '../../support/api-client.ts';
import { makeFileTorrent } from '../../support/app.ts';
import { runCommandHere } from '../../support/run-command.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

/** The info-hashes that a server finds for arguments. */
async function found(dataDir: string, texts: readonly string[]): Promise<readonly string[]> {
  let result: readonly string[] = [];
  await withTorrents(texts, { dataDir }, async ({ infoHashes }) => {
    result = infoHashes;
  });
  return result;
}

async function tracked(t: TestContext, ...infoHashes: readonly string[]) {
  const api = await startTestApi(t);
  for (const infoHash of infoHashes) await api.call('POST', '/torrents', { infoHash });
  return api;
}

const ONE = `12345678${'a'.repeat(32)}`;
const TWO = `12345678${'b'.repeat(32)}`;
const THREE = `87654321${'c'.repeat(32)}`;

describe('a torrent on the command line', () => {
  it('is named by its first digits, in capitals too, and once only', async (t) => {
    const { app } = await tracked(t, ONE, TWO, THREE);
    assert.deepEqual(await found(app.dataDir, ['87654321', '12345678A', THREE.toUpperCase()]), [THREE, ONE]);
  });

  it('is named so for limits and moves too', async (t) => {
    const { app } = await startTestApi(t);
    const made = await makeFileTorrent(t);
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const digits = infoHashToHex(made.metainfo.infoHash).slice(0, 8);
    const here = ['--data-dir', app.dataDir];
    const limited = await runCommandHere(t, ['limit', digits, '--upload', '2M', ...here]);
    assert.match(limited.stdout, /Upload limit: +2 MiB\/s/, limited.stderr);
    const moved = await runCommandHere(t, ['move', digits, await makeTempFolder(t), ...here]);
    assert.match(moved.stdout, /^Moved /, moved.stderr);
  });

  it('is not guessed: digits that two have are an error that names both', async (t) => {
    const { app } = await tracked(t, ONE, TWO);
    await assert.rejects(found(app.dataDir, ['12345678']), ({ message, exitCode }: CliError) => {
      assert.match(message, /both 12345678\w+ and 12345678\w+ begin with 12345678/);
      return exitCode === 2;
    });
  });

  it('that is not there is an error, and nothing is done to the others', async (t) => {
    const { app } = await tracked(t, ONE);
    await assert.rejects(
      found(app.dataDir, ['12345678', 'abcdefab']),
      /no torrent here begins with abcdefab/,
    );
  });

  it('is named by its v2 info-hash, whole or not, though its swarm goes by the v1 one', async (t) => {
    const { app } = await tracked(t);
    const { path } = await makeFileTorrent(t);
    const { torrent, metainfo } = await createTorrent(path, { version: 'hybrid' });
    await app.catalogue.add({ torrent, dataPath: path, resume: null });
    const v2 = Buffer.from(metainfo.infoHashV2 ?? []).toString('hex');
    for (const text of [v2, v2.slice(0, 8)])
      assert.deepEqual(await found(app.dataDir, [text]), [infoHashToHex(metainfo.infoHash)]);
  });

  for (const [text, isLike] of [
    ['1234567', false],
    ['12345678', true],
    [ONE, true],
    ['a'.repeat(64), true],
    ['a'.repeat(65), false],
    ['film.torrent', false],
  ] as const)
    it(`${text} ${isLike ? 'may be' : 'is not'} digits of an info-hash`, () => {
      assert.equal(isInfoHashLike(text), isLike);
    });
});
