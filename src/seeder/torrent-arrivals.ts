import { infoHashToHex } from '../bittorrent/info-hash.ts';
import { SeederError } from './errors.ts';
import type { CompleteOptions } from './node-options.ts';
import { requireTorrentLimits, setTorrentLimits } from './rates/torrent-limits.ts';
import type { AddTorrent } from './seed-node-types.ts';
import { Torrent } from './torrent.ts';
import type { TorrentFindings } from './torrent-findings.ts';
import type { TorrentTransitions } from './torrent-transitions.ts';
import { decodeResume } from './torrents/resume.ts';
import { TransferTotals } from './torrents/transfer-totals.ts';

/** What takes torrents in. */
export interface TorrentArrivalsParts {
  readonly transitions: TorrentTransitions;
  readonly findings: TorrentFindings;
  readonly options: CompleteOptions;
}

/** Takes torrents in, new ones and those of earlier runs. */
export class TorrentArrivals {
  readonly #parts: TorrentArrivalsParts;
  #count = 0;

  constructor(parts: TorrentArrivalsParts) {
    this.#parts = parts;
  }

  /** See `SeedNode.add`. */
  add(added: AddTorrent): Torrent {
    const { transitions } = this.#parts;
    const { torrents, turns } = transitions;
    if (torrents.get(added.metainfo.infoHash) !== undefined)
      throw new SeederError(
        'ERR_TORRENT_EXISTS',
        `the torrent ${infoHashToHex(added.metainfo.infoHash)} is seeded already`,
      );
    requireTorrentLimits(added.limits ?? {});
    const torrent = this.#make(added);
    const trouble = this.#place(torrent, added.isRestored ?? false);
    setTorrentLimits(transitions.parts, torrent.infoHash, added.limits ?? {});
    turns.added(torrent);
    transitions.emit('added', torrent);
    if (trouble === undefined) this.#begin(torrent, added);
    else transitions.fail(torrent, trouble);
    return torrent;
  }

  #make({
    metainfo,
    dataPath,
    resume,
    isMirrored,
    isPaused,
    peers,
    preferences,
    transfers,
  }: AddTorrent): Torrent {
    const { transitions, findings, options } = this.#parts;
    const torrent = new Torrent({
      metainfo,
      dataPath,
      openFiles: transitions.parts.openFiles,
      isMirrored: isMirrored ?? false,
      mayRepair: options.repair ?? false,
      ...(peers !== undefined && { knownPeers: peers }),
      ...(preferences !== undefined && { preferences }),
      totals: new TransferTotals(options.clock, transfers),
      order: this.#count++,
    });
    if (torrent.isMirrored) transitions.parts.downloads.requireMirrorable(metainfo);
    torrent.onStorageError = (error) => findings.storageFailed(torrent, error);
    torrent.isPauseWanted = isPaused ?? false;
    torrent.wasKnown = typeof resume === 'string';
    return torrent;
  }

  /** What is in the way of a torrent of an earlier run; it is here all the same. */
  #place(torrent: Torrent, isRestored: boolean): SeederError | undefined {
    const { torrents } = this.#parts.transitions;
    try {
      torrents.add(torrent);
      return undefined;
    } catch (error) {
      if (!isRestored || !(error instanceof SeederError)) throw error;
      torrents.addUnplaced(torrent);
      return error;
    }
  }

  /** It is checked, unless a person or a rule had stopped it in an earlier run. */
  #begin(torrent: Torrent, { resume = null, isStopped = false, checksOnServe }: AddTorrent): void {
    const { transitions, options } = this.#parts;
    const { downloads, checks } = transitions.parts;
    if (!isStopped && torrent.totals.stoppedBy === null) {
      const isBelieved = checksOnServe ?? options.checksOnServe ?? false;
      return checks.add(torrent, resume, isBelieved && downloads.canMirror(torrent.metainfo));
    }
    const remembered = resume === null ? undefined : decodeResume(resume, torrent.metainfo);
    if (remembered !== undefined) torrent.setChecked(remembered);
    transitions.stop(torrent);
  }
}
