import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Serving } from './choking/serving.ts';
import type { Deletion } from './disk/delete-files.ts';
import { SeederError } from './errors.ts';
import { type PieceSelection, selectedPieces } from './integrity/piece-selection.ts';
import { requireRateLimit, type TorrentLimits } from './rates/rate-limits.ts';
import type { RecheckOptions, StartOptions } from './seed-node-types.ts';
import type { Torrent } from './torrent.ts';
import type { TorrentMoves } from './torrent-moves.ts';
import { deleteData, requireOwnPlace } from './torrents/data-removal.ts';
import { decodeResume, encodeResume } from './torrents/resume.ts';
import type { TorrentPreferences } from './torrents/torrent-preferences.ts';
import { isServed } from './torrents/torrent-state.ts';
import { type TorrentTable, unknownTorrent } from './torrents/torrent-table.ts';

/** How a torrent comes. */
export interface Arrival {
  readonly resume: string | null;
  readonly isStopped: boolean;
  /** See `AddTorrent.checksOnServe`. */
  readonly checksOnServe: boolean;
}

/** What a person asks for of torrents. */
export class TorrentControl {
  readonly #moves: TorrentMoves;
  readonly #torrents: TorrentTable;

  constructor(moves: TorrentMoves) {
    this.#moves = moves;
    this.#torrents = moves.torrents;
  }

  /** A torrent has come, in the state `queued`: it is checked, unless a person or a rule had stopped it in an earlier run. */
  added(torrent: Torrent, { resume, isStopped, checksOnServe }: Arrival): void {
    const { turns, parts } = this.#moves;
    turns.added(torrent);
    if (!isStopped && torrent.totals.stoppedBy === null)
      return parts.checks.add(torrent, resume, checksOnServe);
    const remembered = resume === null ? undefined : decodeResume(resume, torrent.metainfo);
    if (remembered !== undefined) torrent.setChecked(remembered);
    this.#moves.stop(torrent);
  }

  /** See `SeedNode.recheck`. */
  recheck(infoHash: InfoHash, { resume = null, pieces }: RecheckOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    if (pieces !== undefined) return this.#recheckPieces(torrent, pieces);
    if (torrent.state === 'stopped') torrent.isStopWanted = true;
    if (torrent.state === 'queued' && !torrent.isWaiting) this.#moves.parts.checks.add(torrent, resume);
    else this.#moves.check(torrent, resume);
  }

  /** See `SeedNode.stopTorrent`. */
  stop(infoHash: InfoHash): void {
    const torrent = this.#torrents.known(infoHash);
    if (torrent.state !== 'stopped') this.#moves.stop(torrent);
  }

  /** See `SeedNode.pauseTorrent`. */
  pause(infoHash: InfoHash, options: StartOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    torrent.isStopWanted = false;
    if (torrent.state === 'stopped') this.#restart(torrent, options);
    const isChecked = torrent.isWaiting || (torrent.state !== 'queued' && torrent.state !== 'checking');
    if (isChecked && torrent.state !== 'paused') this.#moves.pause(torrent);
    torrent.isPauseWanted = true;
  }

  /** See `SeedNode.startTorrent`. */
  start(infoHash: InfoHash, options: StartOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    torrent.isPauseWanted = torrent.isStopWanted = false;
    if (torrent.state === 'stopped' || torrent.state === 'failed') return this.#restart(torrent, options);
    if (torrent.state === 'paused') this.#moves.enter(torrent);
  }

  /** See `SeedNode.setServing`. */
  serve(infoHash: InfoHash, serving: Serving): void {
    this.#moves.serve(this.#torrents.known(infoHash), serving);
  }

  /** See `SeedNode.remove`. */
  remove(infoHash: InfoHash): boolean {
    const torrent = this.#torrents.get(infoHash);
    if (torrent === undefined) return false;
    this.#torrents.remove(torrent);
    if (torrent.state !== 'stopped') this.#moves.move(torrent, 'stopped');
    this.#moves.parts.release(torrent, 'removed');
    this.#moves.turns.removed(torrent);
    this.#moves.emit('removed', torrent);
    return true;
  }

  /** See `SeedNode.removeWithData`. */
  async removeWithData(infoHash: InfoHash): Promise<Deletion> {
    const torrent = this.#torrents.known(infoHash);
    await requireOwnPlace(torrent, this.#torrents.values());
    if (!this.#torrents.has(torrent)) throw unknownTorrent(infoHash); // removed meanwhile
    this.remove(infoHash);
    await this.#moves.parts.checks.ended(torrent); // one that makes files
    return deleteData(torrent);
  }

  /** See `SeedNode.setLimits`. */
  setLimits(infoHash: InfoHash, { uploadBytesPerSecond, downloadBytesPerSecond }: TorrentLimits): void {
    this.#torrents.known(infoHash);
    const { pacer, downloadPacer } = this.#moves.parts;
    const wanted = [
      [pacer, uploadBytesPerSecond],
      [downloadPacer, downloadBytesPerSecond],
    ] as const;
    for (const [, limit] of wanted) if (typeof limit === 'number') requireRateLimit(limit);
    for (const [direction, limit] of wanted)
      if (limit !== undefined) direction.setTorrentLimit(infoHash, limit === 'default' ? undefined : limit);
  }

  /** See `SeedNode.setPreferences`. */
  preferencesChanged(torrent: Torrent, preferences: TorrentPreferences): void {
    this.#moves.turns.queue.reorder(torrent, () => {
      torrent.preferences = preferences;
    });
    this.#moves.turns.rules.changed(torrent);
  }

  /** It is checked first, by what is known of its data; its rules count anew. */
  #restart(torrent: Torrent, { resume }: StartOptions): void {
    const { lastRecord, metainfo } = torrent;
    torrent.totals.startAnew();
    this.#moves.check(
      torrent,
      resume ?? (lastRecord === undefined ? null : encodeResume(metainfo, lastRecord)),
    );
  }

  #recheckPieces(torrent: Torrent, selection: PieceSelection): void {
    const pieces = selectedPieces(selection, torrent.pieceCount);
    if (!isServed(torrent.state))
      throw new SeederError(
        'ERR_TORRENT_STATE',
        `the torrent ${JSON.stringify(torrent.name)} is ${torrent.state}: all of it is to be checked, not some pieces`,
      );
    this.#moves.parts.rechecks.add(torrent, pieces);
  }
}
