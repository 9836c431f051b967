import type { SeederCounters } from '../counters.ts';
import type { TorrentTable } from '../torrents/torrent-table.ts';
import type { Encryption, EncryptionMode } from '../wire/encryption/encryption.ts';
import { KeyExchange } from '../wire/encryption/key-exchange.ts';

/** Protocol encryption for all connections of a node that has these torrents; what came of it is counted. */
export function nodeEncryption(
  mode: EncryptionMode,
  torrents: TorrentTable,
  counters: SeederCounters,
): Encryption {
  return {
    mode,
    keyExchange: new KeyExchange(),
    infoHashFor: (skeyHash) => torrents.infoHashFor(skeyHash),
    onAgreed: (method) => {
      counters.encryptedHandshakes[method]++;
    },
  };
}
