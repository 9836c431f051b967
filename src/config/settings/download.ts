import { rateScheduleSetting, rateSetting } from '../rate-setting.ts';
import type { Setting } from '../setting.ts';

/** How much the seed node downloads for its mirrors. */
export const DOWNLOAD_SETTINGS = {
  downloadLimit: rateSetting(
    'download-limit',
    'bytes a second from all peers together, for what is mirrored: 800K, 5M, 10mbit, none; seedbed limit changes it',
  ),
  downloadLimitPerTorrent: rateSetting(
    'download-limit-per-torrent',
    'the same, from all peers of one torrent',
  ),
  downloadLimitPerPeer: rateSetting('download-limit-per-peer', 'the same, from one peer'),
  downloadSchedule: rateScheduleSetting(
    'download-schedule',
    'hours of the day (local time) in which another limit takes the place of --download-limit: "08:00-18:00 2M; 22:00-06:00 none"',
  ),
} satisfies Record<string, Setting<unknown>>;
