import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Runs a script that knows `listFiles` and the arguments `args` in another process, which works in a folder below a temporary
 * one and is not root, and returns what it prints; an error is printed as its code and message.
 */
export async function listElsewhere(
  folder: string,
  script: string,
  args: readonly string[],
): Promise<string> {
  await chmod(dirname(folder), 0o755);
  const builder = new URL('../../../../src/builder/', import.meta.url).href;
  const text = `
    import { listFiles } from '${builder}file-list.ts';
    import '${builder}input/walk.ts';
    if (process.getuid?.() === 0) process.setuid(65534);
    const args = process.argv.slice(1);
    try { ${script} } catch (error) { console.log(error.code, error.message); }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text, ...args], {
    cwd: folder,
    timeout: 30_000,
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  return stdout.trim();
}
