import { integerSetting, type Setting, switchSetting } from '../setting.ts';

/** Files over HTTP (BEP 19). */
export const WEB_SEED_SETTINGS = {
  ownWebSeed: switchSetting({
    flag: 'own-web-seed',
    help: 'serve no files over HTTP, and name no web seed of ours in torrents',
    defaultValue: true,
  }),
  webSeedSlots: integerSetting({
    flag: 'web-seed-slots',
    argument: 'N',
    help: 'downloads over HTTP at the same time',
    defaultValue: 100,
    min: 1,
    max: 10_000,
  }),
} satisfies Record<string, Setting<unknown>>;
