import { InfoHashSet } from '../store/info-hash-set.ts';
import type { AccessMode } from './access-mode.ts';

/** The lists of info-hashes that decide what is tracked. */
export type TorrentListName = 'allow' | 'deny';

const NO_FILES: readonly InfoHashSet[] = Object.freeze([]);

/** A list: what somebody put in while we ran, and what stands in files. */
export class TorrentList {
  /** What was put in one by one. */
  entries = new InfoHashSet();
  /** A set a file; replaced as a whole when one is read anew. */
  files: readonly InfoHashSet[] = NO_FILES;

  /** Whether an info-hash is on the list. */
  has(infoHash: Uint8Array): boolean {
    if (this.entries.has(infoHash)) return true;
    for (const file of this.files) if (file.has(infoHash)) return true;
    return false;
  }

  /** Whether one of the files has an info-hash. */
  isInFile(infoHash: Uint8Array): boolean {
    return this.files.some((file) => file.has(infoHash));
  }
}

/**
 * Which info-hashes may have a swarm. The core asks when a swarm is to come to be; what it answered then holds until
 * somebody changes the mode or a list, and tells the core.
 *
 * | mode | registered here | on the allow list | on the deny list | others |
 * | --- | --- | --- | --- | --- |
 * | open | yes | yes | yes | yes |
 * | registered | yes | no | no | no |
 * | allow | yes | yes | no | no |
 * | deny | yes | yes | no | yes |
 *
 * The deny list comes before all else, in every mode but `open`, which asks no list. What was switched off is never tracked.
 */
export class TorrentAccess {
  mode: AccessMode;
  readonly allow = new TorrentList();
  readonly deny = new TorrentList();
  /** Registered torrents that are switched off. */
  switchedOff = new InfoHashSet();

  constructor(mode: AccessMode = 'registered') {
    this.mode = mode;
  }

  /** Whether a torrent that nobody registered may have a swarm. */
  admits(infoHash: Uint8Array): boolean {
    switch (this.mode) {
      case 'open':
        return true;
      case 'registered':
        return false;
      case 'allow':
        return this.allow.has(infoHash) && !this.deny.has(infoHash);
      case 'deny':
        return !this.deny.has(infoHash);
    }
  }

  /** Whether a registered torrent may be announced. */
  admitsRegistered(infoHash: Uint8Array): boolean {
    return !this.switchedOff.has(infoHash) && (this.mode === 'open' || !this.deny.has(infoHash));
  }
}
