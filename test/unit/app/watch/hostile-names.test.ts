import assert from 'node:assert/strict';
import { mkdir, open, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { makePublication } from '../../../../src/api/make-publication.ts';
import { fingerprintOf } from '../../../../src/app/watch/fingerprint.ts';
import { requireNoLinks } from '../../../../src/app/watch/no-links.ts';
import { namesOpenForWriting } from '../../../../src/app/watch/open-for-writing.ts';
import { cleanup } from '../../../support/scope.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

it('a link that takes the place of a file or folder before it is hashed is found out, and nothing behind it published', async (t) => {
  const elsewhere = await makeTempFolder(t);
  const secret = join(elsewhere, 'secret');
  await writeFile(secret, 'nobody is to read this');
  const folder = await makeTempFolder(t);
  await symlink(secret, join(folder, 'file'));
  await symlink(elsewhere, join(folder, 'folder'));
  for (const name of ['file', 'folder']) {
    const made = await makePublication(join(folder, name), { links: 'skip' });
    await assert.rejects(requireNoLinks(folder, made.files), /lies behind a symbolic link/);
  }
});

it('a watched folder that is reached by a link itself is no such link', async (t) => {
  const folder = await makeTempFolder(t);
  await writeFile(join(folder, '-rf * ;'), 'x');
  const link = join(await makeTempFolder(t), 'link');
  await symlink(folder, link);
  const { files } = await makePublication(join(link, '-rf * ;'), { links: 'skip' });
  await requireNoLinks(link, files);
});

it('a name that is not UTF-8 is told, and does not keep a folder waiting for ever in silence', async (t) => {
  if (process.platform !== 'linux') return t.skip('names are UTF-8 there');
  const folder = join(await makeTempFolder(t), 'album');
  await mkdir(folder);
  const bad = Buffer.concat([Buffer.from(join(folder, 'a')), Buffer.of(0xff)]);
  await writeFile(bad, 'x');
  cleanup(t, () => unlink(bad)); // by its bytes: it has no other name
  await assert.rejects(fingerprintOf(folder, t.signal), /the name "a\uFFFD" is not UTF-8: rename it/);
});

it('one look finds all names that are being written to', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const folder = await makeTempFolder(t);
  await mkdir(join(folder, 'album/cd 1'), { recursive: true });
  const files = [
    await open(join(folder, 'film.mkv'), 'w'),
    await open(join(folder, 'album/cd 1/one.flac'), 'a'),
    await open(join(folder, 'film.mkv'), 'r'),
  ];
  await writeFile(join(folder, 'done'), 'x');
  files.push(await open(join(folder, 'done'), 'r'));
  for (const file of files) cleanup(t, () => file.close());
  assert.deepEqual(await namesOpenForWriting(folder), new Set(['film.mkv', 'album']));
});
