import { parseDuration, parseRatio } from '../duration.ts';
import { integerSetting, type Setting } from '../setting.ts';

/** How many torrents run at the same time, and when they have been seeded enough. */
export const QUEUE_SETTINGS = {
  maxActiveDownloads: integerSetting({
    flag: 'max-active-downloads',
    argument: 'N',
    help: 'torrents that are fetched at the same time, the others wait; 0 sets no such bound; seedbed queue changes it',
    defaultValue: 5,
    min: 0,
    max: 1_000_000,
  }),
  maxActiveSeeds: integerSetting({
    flag: 'max-active-seeds',
    argument: 'N',
    help: 'complete torrents that are served at the same time, the others wait; 0 sets no such bound',
    defaultValue: 0,
    min: 0,
    max: 1_000_000,
  }),
  queueStalled: valueSetting(
    'queue-stalled',
    'TIME',
    'a torrent that has moved nothing for so long (30m, 2h) leaves its place to another and runs on; none: it keeps it',
    parseDuration,
    1800,
    '30m',
  ),
  seedRatio: valueSetting(
    'seed-ratio',
    'RATIO',
    'stop every torrent, published ones too, when so many times its bytes were sent: 2.0; seedbed set changes it for one',
    parseRatio,
  ),
  seedTime: valueSetting(
    'seed-time',
    'TIME',
    'stop every torrent when it was seeded for so long: 48h, 7d',
    parseDuration,
  ),
  seedIdle: valueSetting(
    'seed-idle',
    'TIME',
    'stop every torrent when nothing was sent of it for so long: 30m, 12h',
    parseDuration,
  ),
} satisfies Record<string, Setting<unknown>>;

/** A number by its text; `none`, which is undefined, lifts it. */
function valueSetting(
  flag: string,
  argument: string,
  help: string,
  parse: (text: string) => number,
  defaultValue?: number,
  defaultText = 'none',
): Setting<number | undefined> {
  return {
    flag,
    argument,
    help,
    defaultValue,
    defaultText,
    read: (value) => {
      if (value === 'none') return undefined;
      return parse(typeof value === 'number' ? String(value) : String(value ?? ''));
    },
  };
}
