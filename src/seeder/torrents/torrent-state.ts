/**
 * What a torrent is doing. `queued`: waits for its turn to be checked, or
 * (then there is a reason) for its turn to run. `checking`: its data is being compared with its hashes.
 * `downloading`: data is fetched. `seeding`: all is there and served. `paused`: connections stay, no blocks move.
 * `stopped`: no connections, no announces. `failed`: something is wrong with the data, and the reason tells what.
 */
export type TorrentState =
  | 'queued'
  | 'checking'
  | 'downloading'
  | 'seeding'
  | 'paused'
  | 'stopped'
  | 'failed';

const MOVES: Readonly<Record<TorrentState, readonly TorrentState[]>> = {
  queued: ['checking', 'seeding', 'downloading', 'paused', 'queued', 'stopped', 'failed'],
  checking: ['seeding', 'downloading', 'queued', 'stopped', 'failed'],
  downloading: ['seeding', 'paused', 'stopped', 'queued', 'failed'],
  seeding: ['downloading', 'paused', 'stopped', 'queued', 'failed'],
  paused: ['seeding', 'downloading', 'stopped', 'queued', 'failed'],
  stopped: ['queued'],
  failed: ['queued', 'stopped'],
};

/** Whether a torrent may go from one state to another. */
export function canMove(from: TorrentState, to: TorrentState): boolean {
  return MOVES[from].includes(to);
}

/** Whether peers are connected to a torrent in this state, and its data is known. */
export function isServed(state: TorrentState): boolean {
  return state === 'seeding' || state === 'downloading' || state === 'paused';
}
