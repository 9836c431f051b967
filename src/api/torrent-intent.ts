/** What a torrent with data is to do on this node. */
export interface TorrentIntent {
  /** What is missing is fetched from peers. */
  readonly isMirrored: boolean;
  readonly isPaused: boolean;
  /** Goes before `isPaused`. */
  readonly isStopped: boolean;
}

/** What a person may want of a torrent: it serves and fetches, has connections but moves no blocks, or has none. */
export const WANTED_STATES = ['started', 'paused', 'stopped'] as const;

/** One of {@link WANTED_STATES}. */
export type WantedState = (typeof WANTED_STATES)[number];

const PAUSED_DOWNLOAD = 'downloading, paused';
const STOPPED_DOWNLOAD = 'downloading, stopped';

/** The intent as its row keeps it. */
export function stateOf({ isMirrored, isPaused, isStopped }: TorrentIntent): string {
  if (isStopped) return isMirrored ? STOPPED_DOWNLOAD : 'stopped';
  if (isMirrored) return isPaused ? PAUSED_DOWNLOAD : 'downloading';
  return isPaused ? 'paused' : 'seeding';
}

/** What a row says; a word that we do not know is that of a torrent which is seeded. */
export function intentOf(state: string): TorrentIntent {
  return {
    isMirrored: state === 'downloading' || state === PAUSED_DOWNLOAD || state === STOPPED_DOWNLOAD,
    isPaused: state === 'paused' || state === PAUSED_DOWNLOAD,
    isStopped: state === 'stopped' || state === STOPPED_DOWNLOAD,
  };
}

/** What a publication wants; data that is published is seeded. */
export function intentOfPublication({
  mirror,
}: {
  readonly mirror?: { readonly isPaused: boolean };
}): TorrentIntent {
  return { isMirrored: mirror !== undefined, isPaused: mirror?.isPaused === true, isStopped: false };
}
