import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { allowedParts, findViolations, partOf, topLevelFiles } from '../support/architecture-rules.ts';
import {
  findImportCycle,
  packageOf,
  parseImports,
  projectRoot,
  readSourceTree,
  resolveImport,
  type SourceFile,
} from '../support/source-tree.ts';

const longestFile = 300;
const files = readSourceTree(join(projectRoot, 'src'));

function list(lines: readonly string[]): string {
  return `\n  ${lines.join('\n  ')}`;
}

describe('architecture', () => {
  it('every import follows the arrows between the parts', () => {
    const lines = findViolations(files).map((v) => `src/${v.file} imports ${v.specifier}: ${v.rule}`);
    assert.equal(lines.length, 0, list(lines));
  });

  it('no file imports itself by way of others', () => {
    assert.equal(findImportCycle(files)?.join(' -> '), undefined);
  });

  it('every relative import names a file of the tree', () => {
    const paths = new Set(files.map((file) => file.path));
    const lines = files.flatMap((file) =>
      file.imports
        .filter(({ kind }) => kind === 'static')
        .map(({ specifier }) => ({ specifier, target: resolveImport(file, specifier) }))
        .filter(({ target }) => target !== undefined && !target.startsWith('..') && !paths.has(target))
        .map(({ specifier }) => `src/${file.path} imports ${specifier}: there is no such file`),
    );
    assert.equal(lines.length, 0, list(lines));
  });

  it('src holds the listed parts and nothing else', () => {
    const strangers = files
      .map((file) => file.path)
      .filter((path) =>
        path.includes('/') ? !(partOf(path) in allowedParts) : !topLevelFiles.includes(path),
      );
    assert.equal(strangers.length, 0, list(strangers));
  });

  it(`no source file is longer than ${longestFile} lines`, () => {
    const long = files
      .filter((file) => file.lineCount > longestFile)
      .map((file) => `src/${file.path} has ${file.lineCount} lines`);
    assert.equal(long.length, 0, list(long));
  });

  it('src imports only packages that are dependencies of the published package', () => {
    const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const lines = files.flatMap((file) =>
      file.imports
        .filter(({ isTypeOnly }) => !isTypeOnly)
        .map(({ specifier }) => packageOf(specifier))
        .filter((name) => name !== undefined && !(name in manifest.dependencies))
        .map((name) => `src/${file.path} imports ${name}: not in "dependencies"`),
    );
    assert.equal(lines.length, 0, list(lines));
  });

  it('bittorrent has no clock, timer, process or console', () => {
    const impure =
      /\b(Date\.now|new Date\(\)|performance\.now|set(?:Timeout|Interval|Immediate)|process\.|console\.)/;
    const lines = files
      .filter((file) => partOf(file.path) === 'bittorrent')
      .flatMap((file) => {
        const match = impure.exec(file.text);
        return match === null ? [] : [`src/${file.path} uses ${match[1]}`];
      });
    assert.equal(lines.length, 0, list(lines));
  });
});

function file(path: string, text: string): SourceFile {
  return { path, text, lineCount: 1, imports: parseImports(text) };
}

describe('the reader of imports', () => {
  it('finds static, type-only, re-exported, dynamic and worker imports, and no others', () => {
    const text = [
      `import a from './a.ts';`,
      `import type { B } from './b.ts';`,
      `export * from './c.ts';`,
      `import {`,
      `  d,`,
      `} from './d.ts';`,
      `import './e.ts';`,
      `// import './comment.ts';`,
      `/* import './block.ts'; */`,
      `const f = await import('./f.ts');`,
      `const g = new Worker(new URL('./g.ts', import.meta.url));`,
      `export const h = 'text';`,
      `const url = 'http://host/'; // import('./late.ts')`,
    ].join('\n');
    assert.deepEqual(
      parseImports(text).map(({ specifier }) => specifier),
      ['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts', './g.ts'],
    );
    assert.equal(parseImports(text)[1]?.isTypeOnly, true);
  });

  it('finds a cycle and names its files', () => {
    const cycle = findImportCycle([
      file('a.ts', `import './b.ts';`),
      file('b.ts', `import type { C } from './c.ts';`),
      file('c.ts', `export { b } from './b.ts';`),
    ]);
    assert.deepEqual(cycle, ['b.ts', 'c.ts', 'b.ts']);
  });

  for (const [path, text] of [
    ['bittorrent/a.ts', `import { x } from '../tracker/core.ts';`],
    ['bittorrent/a.ts', `import fs from 'node:fs';`],
    ['tracker/core.ts', `import { x } from '../seeder/seeder.ts';`],
    ['tracker/core.ts', `import { x } from './http/parse.ts';`],
    ['tracker/http/parse.ts', `import type { X } from '../../persistence/persistence.ts';`],
    ['tracker/http/fast.ts', `import express from 'express';`],
    ['tracker/core.ts', `import { x } from '../persistence/sqlite/driver.ts';`],
    ['tracker/store/swarm-store.ts', `import { x } from '../access/swarm-gate.ts';`],
    ['persistence/sqlite/driver.ts', `import { x } from '../memory/driver.ts';`],
    ['seeder/seeder.ts', `import { x } from '../builder/build.ts';`],
    ['seeder/seeder.ts', `import { x } from '../config/settings.ts';`],
    ['config/settings/checks.ts', `import { x } from '../../persistence/open.ts';`],
    ['api/server.ts', `const x = await import('../cli/seedbed.ts');`],
    ['bittorrent/metainfo/metainfo.ts', `import bencode from 'bencode';`],
  ] as const)
    it(`refuses in ${path}: ${text}`, () => {
      assert.equal(findViolations([file(path, text)]).length, 1);
    });

  for (const [path, text] of [
    ['tracker/http/router.ts', `import express from 'express';`],
    ['tracker/http/parse.ts', `import { x } from '../core.ts';`],
    ['tracker/announce/announcer.ts', `import { x } from '../store/swarm-store.ts';`],
    ['seeder/check.ts', `import { x } from '../builder/hashing/pool.ts';`],
    ['persistence/open.ts', `import { x } from './sqlite/driver.ts';`],
    ['app.ts', `import { x } from './config/settings.ts';`],
    ['config/settings/checks.ts', `import { x } from '../../persistence/database-url.ts';`],
  ] as const)
    it(`allows in ${path}: ${text}`, () => {
      assert.deepEqual(findViolations([file(path, text)]), []);
    });
});
