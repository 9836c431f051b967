import { batchOf, sampleHash, sampleTorrent } from '../../../src/persistence/conformance/harness.ts';
import { SqlitePersistence } from '../../../src/persistence/sqlite/sqlite-persistence.ts';

// Writes round after round of 200 peers (the round is the port) and says so when each is committed, until it is killed
// or the rounds of its second argument are over.
const rounds = Number(process.argv[3] ?? Number.POSITIVE_INFINITY);
const persistence = new SqlitePersistence({ path: process.argv[2] ?? '', nodeName: 'one' });
await persistence.open();
await persistence.saveTorrent(sampleTorrent(1));
for (let round = 1; round <= rounds; round++) {
  const samples = Array.from({ length: 200 }, (_, torrent) => ({ torrent, port: round }));
  await persistence.savePeers(batchOf(...samples));
  await persistence.saveCompleted([{ infoHash: sampleHash(1), completed: round }], 1_000);
  console.log(`saved ${round}`);
}
