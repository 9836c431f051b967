import { integerSetting, type Setting, switchSetting } from '../setting.ts';

/** Private mode: see docs/private-tracker.md. */
export const USER_SETTINGS = {
  privateTracker: switchSetting({
    flag: 'private-tracker',
    help: 'serve only users with a passkey, and count what they do: see seedbed user --help',
  }),
  maxUserPeers: integerSetting({
    flag: 'max-user-peers',
    argument: 'N',
    help: 'clients of one user in one torrent at the same time; 0 is no bound',
    defaultValue: 3,
    min: 0,
    max: 10_000,
  }),
  maxUserDownloads: integerSetting({
    flag: 'max-user-downloads',
    argument: 'N',
    help: 'torrents that one user downloads at the same time; 0 is no bound',
    defaultValue: 0,
    min: 0,
    max: 100_000,
  }),
  maxUserRate: integerSetting({
    flag: 'max-user-rate',
    argument: 'MIB',
    help: 'what one user can upload, or download, in a second in one torrent, in MiB: a claim beyond is not counted, and shown; 0 is no bound',
    defaultValue: 1250,
    min: 0,
    max: 1_000_000,
  }),
} satisfies Record<string, Setting<unknown>>;
