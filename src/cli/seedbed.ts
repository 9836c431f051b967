#!/usr/bin/env node
import { requireNode } from './require-node.ts';

// Nothing else is imported before the version is known to be good: on an older Node.js the database driver would crash.
requireNode();
const { main } = await import('./main.ts');
await main(process.argv);
