import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { SETTINGS } from '../../../src/config/settings.ts';
import { projectRoot } from '../../support/source-tree.ts';

it('the documents speak of every setting', () => {
  const docs = join(projectRoot, 'docs');
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
  const text = [join(projectRoot, 'README.md'), ...pages.map((name) => join(docs, name))]
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  const flags = Object.values(SETTINGS).map(({ flag }) => flag);
  const unspoken = flags.filter((flag) => !new RegExp(`--(no-)?${flag}(?![\\w-])`).test(text));
  assert.deepEqual(unspoken, []);
});
