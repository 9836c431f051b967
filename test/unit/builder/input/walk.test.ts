import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { listFiles } from '../../../../src/builder/file-list.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const name = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', '-', 'é', '\ufb00', '🌱', '0'),
  minLength: 1,
  maxLength: 3,
});
const path = fc.array(name, { minLength: 1, maxLength: 4 });

/** Paths of files in the order in which they are written; none is also a folder. */
const tree = fc.array(path, { minLength: 1, maxLength: 30 }).map((paths) => {
  const texts = [...new Set(paths.map((names) => names.join('/')))];
  return texts.filter((text) => !texts.some((other) => other.startsWith(`${text}/`)));
});

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Component by component, as BEP 52 orders a file tree. */
function compareTrees(a: string, b: string): number {
  const [names, others] = [a.split('/'), b.split('/')];
  for (const [index, text] of names.entries()) {
    const order = compareBytes(text, others[index] ?? '');
    if (order !== 0) return order;
  }
  return names.length - others.length;
}

describe('walk', () => {
  for (const [sort, compare] of [
    ['path', compareBytes],
    ['tree', compareTrees],
  ] as const)
    it(`lists any folder completely, by ${sort}`, async (test) => {
      const folder = join(await makeTempFolder(test), 'tree');
      const lists = fc.asyncProperty(tree, async (paths) => {
        await rm(folder, { recursive: true, force: true });
        for (const file of paths) {
          await mkdir(dirname(join(folder, file)), { recursive: true });
          await writeFile(join(folder, file), file);
        }
        const { files, length } = await listFiles([folder], { sort });
        assert.deepEqual(
          files.map((file) => [file.path.join('/'), file.absolutePath, file.length]),
          [...paths].sort(compare).map((file) => [file, join(folder, file), Buffer.byteLength(file)]),
        );
        assert.equal(length, Buffer.byteLength(paths.join('')));
      });
      await fc.assert(lists, { numRuns: 50 });
    });
});
