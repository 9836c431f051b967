import type { ServerView } from '../../../api/server-view.ts';
import type { TrackerEvidence } from '../evidence.ts';
import type { FolderEvidence } from './data-folder.ts';
import type { MachineEvidence } from './machine.ts';

/** What was seen of our own server. */
export interface OwnEvidence {
  readonly folder: FolderEvidence;
  readonly machine: MachineEvidence;
  /** Undefined: none runs on the data folder. */
  readonly server: RunningEvidence | undefined;
  /** The clock of this machine when all was seen. */
  readonly now: Date;
}

/** What was seen of a server that runs. */
export interface RunningEvidence {
  readonly view: ServerView;
  /** By its announce URL, as strangers see it. */
  readonly tracker: TrackerEvidence;
  /** The port of a peer that was announced on this machine, not by the announce URL; undefined: it was refused. */
  readonly localPeerPort: number | undefined;
  /** The torrent that was asked for is one that the seed node serves. */
  readonly isSeeded: boolean;
}
