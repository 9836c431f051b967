import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { hostileTorrents } from '../../../support/hostile-torrents.ts';
import { runProcess } from '../../../support/processes.ts';

describe('parseMetainfo and hostile torrents', () => {
  it('refuses each with ERR_METAINFO or finds nothing in it that is unsafe, in little time and memory', async () => {
    const script = join(import.meta.dirname, 'hostile-torrents.ts');
    const { stdout } = await runProcess(process.execPath, ['--max-old-space-size=160', script], {
      deadlineMs: 60_000,
    });
    assert.deepEqual(JSON.parse(stdout), []);
  });

  it('warns where the bytes are not as an encoder writes them', () => {
    const table = new Map(hostileTorrents().map(({ name, bytes }) => [name, bytes]));
    const warningsOf = (name: string): string[] =>
      parseMetainfo(table.get(name) ?? new Uint8Array()).warnings.map(({ code }) => code);
    for (const name of [
      'order: root unsorted',
      'order: v2 root unsorted',
      'string: leading zeros in the root',
      'string: leading zeros in a root key',
      'number: i0100e in the root',
      'v2 layers: unsorted',
    ])
      assert.deepEqual(warningsOf(name), ['WARN_NOT_CANONICAL'], name);
    for (const name of [
      'order: v1 info unsorted',
      'order: x_cross_seed of mktorrent',
      'order: v1 file entry unsorted',
      'number: leading zeros in a v1 length',
      'string: leading zeros in v1 info',
    ])
      assert.deepEqual(warningsOf(name), ['WARN_INFO_NOT_CANONICAL'], name);
    for (const name of ['v2: good', 'hybrid: good', 'hybrid single: good', 'v1 pieces: exact multiple'])
      assert.deepEqual(warningsOf(name), [], name);
  });
});
