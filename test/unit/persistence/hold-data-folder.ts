import { lockDataFolder } from '../../../src/persistence/data-folder-lock.ts';

// A process that holds the data folder named by its argument until it is killed. With a second argument it first gives
// up the rights of root, whom no folder's mode stops.
if (process.argv[3] !== undefined && process.getuid?.() === 0) process.setuid?.(65_534);
lockDataFolder(process.argv[2] ?? '');
console.log('held');
setInterval(() => {}, 60_000);
