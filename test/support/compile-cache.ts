import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Loaded before each test file (see package.json): what one process has compiled, the next takes from the disk. Half of the CPU time of
// a small test file, and of each server that a test starts, goes into that otherwise.
const folder = fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url));
enableCompileCache(folder);
process.env['NODE_COMPILE_CACHE'] = folder; // of the processes that tests start
