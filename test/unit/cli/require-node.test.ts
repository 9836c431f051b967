import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hasRequiredNode } from '../../../src/cli/require-node.ts';

it('takes Node.js 22.18 and newer', () => {
  for (const version of ['22.18.0', '22.19.1', '24.0.0', '26.10.0']) assert.ok(hasRequiredNode('x', version));
  assert.ok(hasRequiredNode('x'));
});

it('refuses an older one in one sentence that names both versions', (test) => {
  const write = test.mock.method(process.stderr, 'write', () => true);
  for (const version of ['18.20.0', '20.19.2', '22.17.9']) {
    assert.equal(hasRequiredNode('make-torrent', version), false);
    assert.match(
      String(write.mock.calls.at(-1)?.arguments[0]),
      new RegExp(`^make-torrent: .*22\\.18.*${version}.*\n$`),
    );
  }
  process.exitCode = 0;
});
