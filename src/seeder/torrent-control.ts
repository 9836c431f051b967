import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Serving } from './choking/serving.ts';
import type { Deletion } from './disk/delete-files.ts';
import { SeederError } from './errors.ts';
import { type PieceSelection, selectedPieces } from './integrity/piece-selection.ts';
import type { TorrentLimits } from './rates/rate-limits.ts';
import { requireTorrentLimits, setTorrentLimits } from './rates/torrent-limits.ts';
import type { RecheckOptions, StartOptions } from './seed-node-types.ts';
import type { Torrent } from './torrent.ts';
import type { TorrentTransitions } from './torrent-transitions.ts';
import { deleteData, requireOwnPlace } from './torrents/data-removal.ts';
import type { FileSelection } from './torrents/file-selection.ts';
import { encodeResume } from './torrents/resume.ts';
import { checkPreferences, type TorrentPreferences } from './torrents/torrent-preferences.ts';
import { isServed } from './torrents/torrent-state.ts';
import { type TorrentTable, unknownTorrent } from './torrents/torrent-table.ts';

/** What a person asks for of torrents. */
export class TorrentControl {
  readonly #transitions: TorrentTransitions;
  readonly #torrents: TorrentTable;

  constructor(transitions: TorrentTransitions) {
    this.#transitions = transitions;
    this.#torrents = transitions.torrents;
  }

  /** See `SeedNode.recheck`. */
  recheck(infoHash: InfoHash, { resume = null, pieces }: RecheckOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    if (pieces !== undefined) return this.#recheckPieces(torrent, pieces);
    this.#torrents.claim(torrent);
    torrent.isFullCheckWanted = resume === null;
    if (torrent.state === 'stopped') torrent.isStopWanted = true;
    if (torrent.state === 'queued' && !torrent.isWaiting) this.#transitions.parts.checks.add(torrent, resume);
    else this.#transitions.check(torrent, resume);
  }

  /** See `SeedNode.stopTorrent`. */
  stop(infoHash: InfoHash): void {
    const torrent = this.#torrents.known(infoHash);
    if (torrent.state !== 'stopped') this.#transitions.stop(torrent);
  }

  /** See `SeedNode.pauseTorrent`. */
  pause(infoHash: InfoHash, options: StartOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    torrent.isStopWanted = false;
    if (torrent.state === 'stopped') this.#restart(torrent, options);
    const isChecked = torrent.isWaiting || (torrent.state !== 'queued' && torrent.state !== 'checking');
    if (isChecked && torrent.state !== 'paused') this.#transitions.pause(torrent);
    torrent.isPauseWanted = true;
  }

  /** See `SeedNode.startTorrent`. */
  start(infoHash: InfoHash, options: StartOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    torrent.isPauseWanted = torrent.isStopWanted = false;
    if (torrent.state === 'stopped' || torrent.state === 'failed') return this.#restart(torrent, options);
    if (torrent.state === 'paused') this.#transitions.enter(torrent);
  }

  /** See `SeedNode.setServing`. */
  serve(infoHash: InfoHash, serving: Serving): void {
    this.#transitions.serve(this.#torrents.known(infoHash), serving);
  }

  /** See `SeedNode.remove`. */
  remove(infoHash: InfoHash): boolean {
    const torrent = this.#torrents.get(infoHash);
    if (torrent === undefined) return false;
    this.#torrents.remove(torrent);
    if (torrent.state !== 'stopped') this.#transitions.move(torrent, 'stopped');
    this.#transitions.parts.release(torrent, 'removed');
    this.#transitions.turns.removed(torrent);
    this.#transitions.emit('removed', torrent);
    return true;
  }

  /** See `SeedNode.removeWithData`. */
  async removeWithData(infoHash: InfoHash): Promise<Deletion> {
    const torrent = this.#torrents.known(infoHash);
    await requireOwnPlace(torrent, this.#torrents.values());
    if (!this.#torrents.has(torrent)) throw unknownTorrent(infoHash); // removed meanwhile
    this.remove(infoHash);
    const { parts } = this.#transitions;
    await Promise.all([parts.checks.ended(torrent), parts.whenFree(torrent)]); // a check makes files, too
    return deleteData(torrent);
  }

  /** See `SeedNode.setLimits`. */
  setLimits(infoHash: InfoHash, limits: TorrentLimits): void {
    this.#torrents.known(infoHash);
    requireTorrentLimits(limits);
    setTorrentLimits(this.#transitions.parts, infoHash, limits);
  }

  /** See `SeedNode.setPreferences`. */
  setPreferences(infoHash: InfoHash, change: Partial<TorrentPreferences>): TorrentPreferences {
    const torrent = this.#torrents.known(infoHash);
    const { turns, parts } = this.#transitions;
    const before = torrent.selection;
    const preferences = Object.freeze({ ...torrent.preferences, ...checkPreferences(change) });
    turns.queue.reorder(torrent, () => torrent.choose(preferences));
    turns.rules.changed(torrent);
    const isUnchecked = torrent.state === 'checking' || (torrent.state === 'queued' && !torrent.isWaiting);
    if (isUnchecked ? change.filePriorities !== undefined : wantsMore(torrent, before))
      void this.#makeReady(torrent);
    else parts.downloads.preferencesChanged(torrent);
    if (change.moveTo !== undefined) parts.dataMoves.look(torrent);
    return torrent.preferences;
  }

  /** Its files are made ready for what is wanted now, by what is known of them. */
  async #makeReady(torrent: Torrent): Promise<void> {
    if (torrent.state === 'failed' || torrent.state === 'stopped') return; // its next check knows what is wanted
    if (torrent.state === 'paused') torrent.isPauseWanted = true;
    this.#transitions.queue(torrent);
    await this.#transitions.parts.downloads.whenSaved(torrent);
    if (!this.#torrents.has(torrent) || torrent.state !== 'queued') return;
    this.#transitions.parts.checks.add(torrent, knownOf(torrent));
  }

  /** It is checked first, by what is known of its data; its rules count anew. */
  #restart(torrent: Torrent, { resume }: StartOptions): void {
    this.#torrents.claim(torrent);
    torrent.totals.startAnew();
    torrent.isFullCheckWanted = false;
    this.#transitions.check(torrent, resume ?? knownOf(torrent));
  }

  #recheckPieces(torrent: Torrent, selection: PieceSelection): void {
    const pieces = selectedPieces(selection, torrent.pieceCount);
    if (!isServed(torrent.state))
      throw new SeederError(
        'ERR_TORRENT_STATE',
        `the torrent ${JSON.stringify(torrent.name)} is ${torrent.state}: all of it is to be checked, not some pieces`,
      );
    this.#transitions.parts.rechecks.add(torrent, pieces);
  }
}

/** What a check may believe; null for nothing. */
function knownOf({ isFullCheckWanted, lastRecord, metainfo }: Torrent): string | null {
  return isFullCheckWanted || lastRecord === undefined ? null : encodeResume(metainfo, lastRecord);
}

/** Whether a file is wanted now that was not before. */
function wantsMore({ files, selection }: Torrent, before: FileSelection): boolean {
  return files.some((_file, index) => selection.wantsFile(index) && !before.wantsFile(index));
}
