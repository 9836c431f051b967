import { type InfoHash, infoHashFromBytes, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { PeerBatch } from '../peer-batch.ts';
import type { Persistence, TorrentRow } from '../persistence.ts';

/** A database for one case. */
export interface PersistenceHarness {
  /** Open, and enlisted as the node `one`. */
  readonly persistence: Persistence;
  /** Another open handle on the same database: another node, or the same one again after close(). */
  openAnother(nodeName: string): Promise<Persistence>;
  /** Closes every handle and removes the database. */
  dispose(): Promise<void>;
}

/** One rule of the contract. */
export interface ConformanceCase {
  readonly name: string;
  run(harness: PersistenceHarness): Promise<void>;
}

/** A peer in words. */
export interface PeerSample {
  readonly torrent?: number;
  readonly address?: readonly number[];
  readonly port?: number;
  readonly id?: number;
  readonly key?: number;
  readonly uploaded?: number;
  readonly downloaded?: number;
  readonly left?: number;
  readonly lastSeen?: number;
  readonly expires?: number;
  readonly isGone?: boolean;
}

/** The info-hash that consists of this byte. */
export function sampleHash(byte: number): InfoHash {
  return infoHashFromBytes(new Uint8Array(20).fill(byte));
}

/** A torrent with something in every field. */
export function sampleTorrent(byte: number, change: Partial<TorrentRow> = {}): TorrentRow {
  return {
    infoHash: sampleHash(byte),
    infoHashV2: null,
    name: `fjord ${byte} – Ünïcode 🌱`,
    lengthBytes: 5_000_000_000_000,
    pieceLength: 16_777_216,
    dataPath: '/srv/files/fjord.iso',
    metainfo: Uint8Array.of(0x64, 0x00, 0xff, 0x65),
    state: 'seeding',
    resume: '{"checked":true}',
    preferences: '{"isSequential":true}',
    transfers: '{"uploadedBytes":1}',
    completed: 0,
    createdAtSeconds: 1_700_000_000 + byte,
    ...change,
  };
}

/** A batch of the samples; what a sample leaves out has a fixed value. */
export function batchOf(...samples: readonly PeerSample[]): PeerBatch {
  const batch = new PeerBatch(0);
  for (const sample of samples) {
    const row = batch.addRow();
    const { torrent = 1, address = [192, 0, 2, 1], port = 6881, lastSeen = 1_000, expires = 4_000 } = sample;
    batch.setKey(row, sampleHash(torrent), Uint8Array.from(address), port);
    const { id = 7, key = 99, uploaded = 1, downloaded = 2, left = 3 } = sample;
    const peerId = new Uint8Array(20).fill(id);
    if (sample.isGone === true) batch.setGone(row, lastSeen, expires);
    else batch.setPeer(row, { peerId, key, uploaded, downloaded, left }, lastSeen, expires);
  }
  return batch;
}

/** Every row of the batches as one line of text, sorted: what a case compares. */
export async function linesOf(batches: AsyncIterable<PeerBatch> | Iterable<PeerBatch>): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of batches)
    for (let row = 0; row < batch.length; row++) lines.push(lineOf(batch, row));
  return lines.sort();
}

/** One row as text. */
export function lineOf(batch: PeerBatch, row: number): string {
  const { ports, families, lastSeen, expires, gone } = batch.columns;
  const endpoint = `${infoHashToHex(batch.infoHashAt(row))} ip${families[row]} ${batch.addressAt(row).join('.')} ${ports[row]}`;
  if (gone[row] === 1) return `${endpoint} gone`;
  const { peerId, key, uploaded, downloaded, left } = batch.stateAt(row);
  return `${endpoint} ${infoHashToHex(peerId)} ${key} ${uploaded}/${downloaded}/${left} ${lastSeen[row]}-${expires[row]}`;
}
