import { lockDataFolder } from '../../../src/persistence/data-folder-lock.ts';

// A process that holds the data folder named by its argument until it is killed.
lockDataFolder(process.argv[2] ?? '');
console.log('held');
setInterval(() => {}, 60_000);
