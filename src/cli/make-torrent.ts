#!/usr/bin/env node
import { hasRequiredNode } from './require-node.ts';

// Everything else is imported once the version is known to be good: an old Node.js could not even load it.
if (hasRequiredNode('make-torrent')) {
  const { prepareProcess } = await import('./prepare-process.ts');
  prepareProcess('make-torrent');
  const { main } = await import('./make-torrent/main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
