/** A torrent that a stranger may send, and what is odd about it. */
export interface HostileTorrent {
  /** Unique, and the same from run to run. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What a careless reader would do with it, or why it must be read all the same. */
  readonly why: string;
}

/** One entry of the table. */
export function hostile(name: string, why: string, bytes: Uint8Array | string): HostileTorrent {
  return { name, why, bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes };
}
