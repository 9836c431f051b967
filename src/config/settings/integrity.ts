import { rateSetting } from '../rate-setting.ts';
import { type Setting, switchSetting } from '../setting.ts';

/** How the seed node sees to it that only good pieces are served. */
export const INTEGRITY_SETTINGS = {
  checkOnServe: switchSetting({
    flag: 'check-on-serve',
    help: 'a torrent whose files have the right lengths is seeded at once, and each piece is hashed before it is first sent, the others while nobody downloads; else all is hashed first',
  }),
  scrub: rateSetting(
    'scrub',
    'bytes a second of what is seeded that are read and compared again while nobody downloads, to find what went bad on the disk: 4M, none',
  ),
  repair: switchSetting({
    flag: 'repair',
    help: 'pieces that went bad are fetched from peers and written again in published files too, not only in those that were mirrored',
  }),
} satisfies Record<string, Setting<unknown>>;
