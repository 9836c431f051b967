#!/usr/bin/env node
import { hasRequiredNode } from './require-node.ts';

// Everything else is imported once the version is known to be good: on an old Node.js the database driver would crash.
if (hasRequiredNode('seedbed')) {
  const { keepCompiledCode } = await import('./compile-cache.ts');
  keepCompiledCode();
  const { outliveClosedOutput } = await import('./closed-output.ts');
  outliveClosedOutput();
  const { enterCallersFolder } = await import('./callers-folder.ts');
  enterCallersFolder();
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
