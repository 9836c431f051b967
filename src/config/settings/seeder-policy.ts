import { integerSetting, type Setting } from '../setting.ts';
import { checkSize, parseSize } from '../size.ts';

/** When the seed node leaves swarms to others, and how much it sends in a month. */
export const SEEDER_POLICY_SETTINGS = {
  stepBack: integerSetting({
    flag: 'step-back',
    argument: 'SEEDERS',
    help: 'leave a torrent to others while so many other seeders are there: our seed goes to those alone who come on by nothing; 0 always serves; seedbed set changes it for one torrent',
    defaultValue: 0,
    min: 0,
    max: 100_000,
  }),
  stepBackDelay: integerSetting({
    flag: 'step-back-delay',
    argument: 'SECONDS',
    help: 'how long they have to be there before, and how long fewer before the node is back; when nobody is left it is back at once',
    defaultValue: 600,
    min: 1,
    max: 86_400,
  }),
  monthlyUpload: {
    flag: 'monthly-upload',
    argument: 'SIZE',
    help: 'bytes that this node sends in a month, blocks and files over HTTP: 2TB (by 1000), 500GiB (by 1024), none; then it serves nobody until the next',
    defaultValue: undefined,
    defaultText: 'none',
    read: (value) => {
      if (typeof value === 'number') return checkSize(value);
      if (typeof value !== 'string') throw new Error('it takes a size such as 2TB, or none');
      return parseSize(value) ?? undefined;
    },
  } as Setting<number | undefined>,
  budgetDay: integerSetting({
    flag: 'budget-day',
    argument: 'DAY',
    help: 'day of the month on which --monthly-upload begins anew, at midnight UTC',
    defaultValue: 1,
    min: 1,
    max: 28,
  }),
} satisfies Record<string, Setting<unknown>>;
