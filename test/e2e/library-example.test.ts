import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { codeBlocks } from '../support/code-blocks.ts';
import { writeRandomFile } from '../support/data.ts';
import { runProcess } from '../support/processes.ts';
import { projectRoot } from '../support/source-tree.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

test('the program that the document of the seed node shows does what it says', async (t) => {
  const [program = ''] = await codeBlocks('docs/seed-node.md', 'js');
  const folder = await makeTempFolder(t);
  const [example, film, copies] = ['example.mjs', 'film.mkv', 'copies'].map((name) => join(folder, name));
  assert.ok(example && film && copies);
  await mkdir(copies);
  await writeRandomFile(film, 200_000);
  const library = pathToFileURL(join(projectRoot, 'src/index.ts')).href;
  assert.ok(program.includes("'seedbed'"), 'the document shows no such program');
  await writeFile(example, program.replace("'seedbed'", `'${library}'`));
  const { stdout, stderr } = await runProcess(process.execPath, [example, film, copies], {
    name: 'the example',
    deadlineMs: 60_000,
  });
  assert.equal(stderr, '');
  const lines = stdout.trim().split('\n');
  assert.match(stdout, /^Seedbed \S+ came for film\.mkv$/m);
  assert.equal(lines.filter((line) => /^piece \d+ of \d+ bytes$/.test(line)).length, 13);
  assert.deepEqual(lines.slice(-2), ['seeding, 200000 bytes came', 'deleted 1 file']);
  assert.ok(existsSync(film) && !existsSync(join(copies, 'film.mkv')));
});
