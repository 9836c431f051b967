import { enterCallersFolder } from './callers-folder.ts';
import { outliveClosedOutput } from './closed-output.ts';
import { keepCompiledCode } from './compile-cache.ts';
import { widenThreadPool } from './thread-pool.ts';

/** What every command does first: before it loads anything larger, and before it looks at a path. */
export function prepareProcess(program: string): void {
  widenThreadPool();
  keepCompiledCode();
  outliveClosedOutput(program);
  enterCallersFolder();
}
