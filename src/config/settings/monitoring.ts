import { choiceSetting, type Setting, switchSetting } from '../setting.ts';

/** Who may read the metrics. */
export const METRICS_READERS = ['off', 'token', 'local', 'public'] as const;

/** What others can see of the server. */
export const MONITORING_SETTINGS = {
  metrics: choiceSetting<(typeof METRICS_READERS)[number]>({
    flag: 'metrics',
    help: 'who may read /metrics without the API token: nobody at all (off), nobody (token), private addresses (local), all (public)',
    defaultValue: 'local',
    choices: METRICS_READERS,
  }),
  stats: switchSetting({
    flag: 'stats',
    help: 'show how busy the tracker is to everybody, at /stats and /stats.json, and how fast torrents are sent, on the pages',
  }),
} satisfies Record<string, Setting<unknown>>;
