import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../../../test/support/processes.ts';
import { findTool } from '../../../test/support/tools.ts';

/** Compiles one of the load generators when its binary is older than what it is made of; undefined when there is no C compiler. */
export async function compileLoad(name: 'http-load' | 'peer-load' | 'udp-load'): Promise<string | undefined> {
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url));
  const binary = fileURLToPath(new URL(`./bin/${name}`, import.meta.url));
  const compiler = findTool('cc');
  if (compiler === undefined) return undefined;
  const header = fileURLToPath(new URL('./load.h', import.meta.url));
  if (modified(binary) < Math.max(modified(source), modified(header))) {
    mkdirSync(dirname(binary), { recursive: true });
    await runProcess(compiler, ['-O2', '-o', binary, source, '-lm'], { deadlineMs: 60_000 });
  }
  return binary;
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
