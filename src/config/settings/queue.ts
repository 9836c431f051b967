import { checkDuration, checkRatio, parseDuration, parseRatio } from '../duration.ts';
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
  queueStalled: timeSetting({
    flag: 'queue-stalled',
    help: 'a torrent that has moved nothing for so long (30m, 2h) leaves its place to another and runs on; none: it keeps it',
    defaultValue: 1800,
    defaultText: '30m',
  }),
  seedRatio: numberSetting({
    flag: 'seed-ratio',
    argument: 'RATIO',
    help: 'stop every torrent, published ones too, when so many times its bytes were sent: 2.0; seedbed set changes it for one',
    parse: parseRatio,
    check: checkRatio,
  }),
  seedTime: timeSetting({
    flag: 'seed-time',
    help: 'stop every torrent when it was seeded for so long: 48h, 7d',
  }),
  seedIdle: timeSetting({
    flag: 'seed-idle',
    help: 'stop every torrent when nothing was sent of it for so long: 30m, 12h',
  }),
} satisfies Record<string, Setting<unknown>>;

interface NumberRow {
  readonly flag: string;
  readonly argument: string;
  readonly help: string;
  readonly defaultValue?: number;
  readonly defaultText?: string;
  readonly parse: (text: string) => number;
  readonly check: (value: number) => number;
}

/** Seconds; 0 is `none`. */
function timeSetting(row: Omit<NumberRow, 'argument' | 'parse' | 'check'>): Setting<number> {
  return numberSetting({ ...row, argument: 'TIME', parse: parseDuration, check: checkDuration });
}

/** A number by its text; 0 is `none`. */
function numberSetting(row: NumberRow): Setting<number> {
  const { flag, argument, help, defaultValue = 0, defaultText = 'none', parse, check } = row;
  return {
    flag,
    argument,
    help,
    defaultValue,
    defaultText,
    read: (value) => {
      if (value === 'none' || value === 0) return 0;
      return typeof value === 'number' ? check(value) : parse(String(value ?? ''));
    },
  };
}
