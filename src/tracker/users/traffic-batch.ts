import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import {
  type SessionRow,
  saturatedSum,
  type TrafficBatch,
  type TrafficRow,
} from '../../persistence/traffic-store.ts';
import type { ClientSessions } from './client-sessions.ts';
import { SEEDER, STOPPED } from './session-columns.ts';

/** Takes what was counted out of these sessions: it is in the batch from now on, and nowhere else. */
export function batchOf(sessions: ClientSessions, slots: readonly number[], number: number): TrafficBatch {
  const byTorrent = new Map<string, TrafficRow>();
  for (const slot of slots) {
    const row = takeTraffic(sessions, slot);
    const key = `${row.userId} ${infoHashToHex(row.infoHash)}`;
    const before = byTorrent.get(key);
    byTorrent.set(key, before === undefined ? row : joined(before, row));
  }
  return {
    number,
    traffic: [...byTorrent.values()],
    sessions: slots.map((slot) => sessionRow(sessions, slot)),
  };
}

function takeTraffic(sessions: ClientSessions, slot: number): TrafficRow {
  const { columns } = sessions;
  const at = (column: Float64Array | Uint32Array): number => {
    const value = column[slot] as number; // a slot in use
    column[slot] = 0;
    return value;
  };
  const completed = at(columns.newCompleted);
  return {
    userId: columns.users[slot] as number,
    infoHash: sessions.infoHashAt(slot).slice(),
    uploadedBytes: at(columns.newUploaded),
    downloadedBytes: at(columns.newDownloaded),
    creditedUpBytes: at(columns.newCreditedUp),
    creditedDownBytes: at(columns.newCreditedDown),
    suspiciousBytes: at(columns.newSuspicious),
    seedingSeconds: at(columns.newSeeding),
    leechingSeconds: at(columns.newLeeching),
    completedAtSeconds: completed === 0 ? null : completed,
    lastSeenSeconds: columns.lastSeen[slot] as number,
  };
}

function joined(a: TrafficRow, b: TrafficRow): TrafficRow {
  return {
    userId: a.userId,
    infoHash: a.infoHash,
    uploadedBytes: saturatedSum(a.uploadedBytes, b.uploadedBytes),
    downloadedBytes: saturatedSum(a.downloadedBytes, b.downloadedBytes),
    creditedUpBytes: saturatedSum(a.creditedUpBytes, b.creditedUpBytes),
    creditedDownBytes: saturatedSum(a.creditedDownBytes, b.creditedDownBytes),
    suspiciousBytes: saturatedSum(a.suspiciousBytes, b.suspiciousBytes),
    seedingSeconds: a.seedingSeconds + b.seedingSeconds,
    leechingSeconds: a.leechingSeconds + b.leechingSeconds,
    completedAtSeconds: a.completedAtSeconds ?? b.completedAtSeconds,
    lastSeenSeconds: Math.max(a.lastSeenSeconds, b.lastSeenSeconds),
  };
}

function sessionRow(sessions: ClientSessions, slot: number): SessionRow {
  const { columns } = sessions;
  const flags = columns.flags[slot] as number; // a slot in use; so below
  return {
    userId: columns.users[slot] as number,
    infoHash: sessions.infoHashAt(slot).slice(),
    peerId: sessions.peerIdAt(slot).slice(),
    key: columns.keys[slot] as number,
    uploaded: columns.uploaded[slot] as number,
    downloaded: columns.downloaded[slot] as number,
    isSeeder: (flags & SEEDER) !== 0,
    isStopped: (flags & STOPPED) !== 0,
    intervalSeconds: columns.intervals[slot] as number,
    lastSeenSeconds: columns.lastSeen[slot] as number,
  };
}
