#!/usr/bin/env node
import { hasRequiredNode } from './require-node.ts';

// Everything else is imported once the version is known to be good: an old Node.js could not even load it.
if (hasRequiredNode('make-torrent')) {
  const { keepCompiledCode } = await import('./compile-cache.ts');
  keepCompiledCode();
  const { outliveClosedOutput } = await import('./closed-output.ts');
  outliveClosedOutput();
  const { enterCallersFolder } = await import('./callers-folder.ts');
  enterCallersFolder();
  const { main } = await import('./make-torrent/main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
