import { rateScheduleSetting, rateSetting } from '../rate-setting.ts';
import { choiceSetting, integerSetting, type Setting, switchSetting } from '../setting.ts';

/** How much the seed node uploads, and to whom. */
export const UPLOAD_SETTINGS = {
  uploadLimit: rateSetting(
    'upload-limit',
    'bytes a second to all peers together: 800K, 5M, 10mbit, none; seedbed limit changes it',
  ),
  uploadLimitPerTorrent: rateSetting('upload-limit-per-torrent', 'the same, to all peers of one torrent'),
  uploadLimitPerPeer: rateSetting('upload-limit-per-peer', 'the same, to one peer'),
  uploadSchedule: rateScheduleSetting(
    'upload-schedule',
    'hours of the day (local time) in which another limit takes the place of --upload-limit: "08:00-18:00 2M; 22:00-06:00 none"',
  ),
  limitLocal: switchSetting({
    flag: 'limit-local',
    help: 'limits, in both directions, bind peers at private addresses too; for peers that come through a proxy or a container network',
  }),
  uploadSlots: integerSetting({
    flag: 'upload-slots',
    argument: 'N',
    help: 'peers served at the same time when the uplink is full, or not limited',
    defaultValue: 100,
    min: 1,
    max: 100_000,
  }),
  uploadSlotsPerTorrent: integerSetting({
    flag: 'upload-slots-per-torrent',
    argument: 'N',
    help: 'peers of one torrent served at the same time; 0 sets no such bound',
    defaultValue: 0,
    min: 0,
    max: 100_000,
  }),
  choking: choiceSetting<'round-robin' | 'fastest' | 'anti-leech'>({
    flag: 'choking',
    argument: 'ORDER',
    help: 'who is served when slots run short: round-robin (turns of 20 pieces and a minute), fastest, or anti-leech (those who have just begun or are nearly done)',
    defaultValue: 'round-robin',
    choices: ['round-robin', 'fastest', 'anti-leech'],
  }),
  superSeeding: choiceSetting<'auto' | 'off'>({
    flag: 'super-seeding',
    argument: 'MODE',
    help: 'auto shows peers the pieces of a torrent one by one while nobody else has all of it, so that each is sent about once',
    defaultValue: 'off',
    choices: ['auto', 'off'],
  }),
  suggest: choiceSetting<'auto' | 'off'>({
    flag: 'suggest',
    argument: 'MODE',
    help: 'auto tells peers of a torrent longer than --cache which pieces were just read, so that a slow disk reads less; but they have less to give one another then',
    defaultValue: 'off',
    choices: ['auto', 'off'],
  }),
} satisfies Record<string, Setting<unknown>>;
