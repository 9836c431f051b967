import type { FileOrder } from './order.ts';
import type { SelectionOptions } from './selection.ts';

/** What can be done with symbolic links. */
export const LINK_MODES = ['follow', 'keep', 'skip'] as const;

/** One of {@link LINK_MODES}. */
export type LinkMode = (typeof LINK_MODES)[number];

/** How folders are walked. All may be left out. */
export interface WalkOptions extends SelectionOptions {
  /**
   * Symbolic links below the paths: `follow` takes what they point to in their place (default), `keep` makes them links in the
   * torrent (BEP 47), which must then lead to something in it, `skip` leaves them out.
   */
  readonly links?: LinkMode | undefined;
  /** Takes names that begin with a dot too. Default false. */
  readonly includeHidden?: boolean | undefined;
  /** Default `path`; a torrent with a file tree (v2, hybrid) needs `tree`. */
  readonly sort?: FileOrder | undefined;
  /** Says which files are executable (BEP 47). Default false. */
  readonly recordAttributes?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}
