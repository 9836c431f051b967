#!/usr/bin/env node
import { hasRequiredNode } from './require-node.ts';

// Everything else is imported once the version is known to be good: on an old Node.js the database driver would crash.
if (hasRequiredNode('seedbed')) {
  const { prepareProcess } = await import('./prepare-process.ts');
  prepareProcess('seedbed');
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
