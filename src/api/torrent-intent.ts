/** What a torrent with data is to do on this node. */
export interface TorrentIntent {
  /** What is missing is fetched from peers. */
  readonly isMirrored: boolean;
  readonly isPaused: boolean;
}

const PAUSED_DOWNLOAD = 'downloading, paused';

/** The intent as its row keeps it. */
export function stateOf({ isMirrored, isPaused }: TorrentIntent): string {
  if (isMirrored) return isPaused ? PAUSED_DOWNLOAD : 'downloading';
  return isPaused ? 'paused' : 'seeding';
}

/** What a row says; a word that we do not know is that of a torrent which is seeded. */
export function intentOf(state: string): TorrentIntent {
  return {
    isMirrored: state === 'downloading' || state === PAUSED_DOWNLOAD,
    isPaused: state === 'paused' || state === PAUSED_DOWNLOAD,
  };
}

/** What a publication wants; data that is published is seeded. */
export function intentOfPublication({
  mirror,
}: {
  readonly mirror?: { readonly isPaused: boolean };
}): TorrentIntent {
  return { isMirrored: mirror !== undefined, isPaused: mirror?.isPaused === true };
}
