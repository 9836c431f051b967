import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testConfig } from '../support/app.ts';
import { runProcess } from '../support/processes.ts';
import { seedbedCommand } from '../support/seedbed.ts';
import { projectRoot } from '../support/source-tree.ts';

function textsOf(folder: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      path: join(folder, name),
      text: readFileSync(join(projectRoot, folder, name), 'utf8'),
    }));
}

const files = [...textsOf('test'), ...textsOf('scripts')];

describe('nothing that tests, benchmarks and fuzz runs start speaks to the DHT of the world', () => {
  it('servers in this process do not use it', () => {
    assert.equal(testConfig('/nowhere').dht, false);
  });

  it('servers in processes of their own do not use it', async () => {
    const [program = '', ...args] = seedbedCommand(['serve', '--print-config']);
    const { stdout } = await runProcess(program, args);
    assert.match(stdout, /^dht = false +# environment$/m);
  });

  it('servers are made with these settings alone', () => {
    const makers = files.filter(({ text }) =>
      /(?<!restart|await re)\bstartApp\(/.test(text.replace(/^import.*$/gm, '')),
    );
    for (const { path, text } of makers)
      if (path !== 'test/unit/harness.test.ts') assert.match(text, /testConfig\(/, path);
  });

  it('seed nodes are made without it, unless a test brings nodes on loopback', () => {
    for (const { path, text } of files)
      if (/new SeedNode\(/.test(text) && path !== 'test/support/seeded-torrent.ts')
        assert.doesNotMatch(text, /discovery:/, path); // a library's node has no DHT unless it is told
    for (const { path, text } of files)
      for (const [, hosts = ''] of text.matchAll(/bootstrap: \[(\{[^\]]*)\]/g))
        for (const [, host] of hosts.matchAll(/host: '([^']*)'/g)) assert.equal(host, '127.0.0.1', path);
  });

  it('whoever starts programs by himself has the variable too', () => {
    const starters = files.filter(({ text }) => /from 'node:child_process'/.test(text));
    for (const { path, text } of starters)
      if (/cli\/seedbed\.ts|seedbedCommand/.test(text) && path !== 'test/unit/harness.test.ts')
        assert.match(text, /support\/(processes|seedbed)\.ts'/, path);
  });

  it('the checks of a change set it for all that they run', () => {
    assert.match(readFileSync(join(projectRoot, '.ci/run'), 'utf8'), /^export SEEDBED_DHT=false/m);
  });
});
