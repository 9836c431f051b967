import type { Setting } from './setting.ts';
import { ACCESS_SETTINGS } from './settings/access.ts';
import { DATABASE_SETTINGS } from './settings/database.ts';
import { DISCOVERY_SETTINGS } from './settings/discovery.ts';
import { DOWNLOAD_SETTINGS } from './settings/download.ts';
import { INTEGRITY_SETTINGS } from './settings/integrity.ts';
import { MONITORING_SETTINGS } from './settings/monitoring.ts';
import { QUEUE_SETTINGS } from './settings/queue.ts';
import { SEED_NODE_SETTINGS } from './settings/seed-node.ts';
import { SEEDER_POLICY_SETTINGS } from './settings/seeder-policy.ts';
import { SERVER_SETTINGS } from './settings/server.ts';
import { STORAGE_SETTINGS } from './settings/storage.ts';
import { TRACKER_SETTINGS } from './settings/tracker.ts';
import { TRANSPORT_SETTINGS } from './settings/transport.ts';
import { UPLOAD_SETTINGS } from './settings/upload.ts';
import { USER_SETTINGS } from './settings/users.ts';
import { WATCH_SETTINGS } from './settings/watch.ts';
import { WEB_SEED_SETTINGS } from './settings/web-seed.ts';
import { WEB_SOCKET_SETTINGS } from './settings/web-socket.ts';

/** The settings by what they are about, in the order in which help shows them. */
export const SETTING_GROUPS = {
  Server: SERVER_SETTINGS,
  'HTTPS and reverse proxies': TRANSPORT_SETTINGS,
  Tracker: TRACKER_SETTINGS,
  'Tracker over WebSocket': WEB_SOCKET_SETTINGS,
  'What is tracked, and for whom': ACCESS_SETTINGS,
  'Private tracker': USER_SETTINGS,
  Database: DATABASE_SETTINGS,
  'Seed node': SEED_NODE_SETTINGS,
  'Integrity of what is seeded': INTEGRITY_SETTINGS,
  'Files of downloads': STORAGE_SETTINGS,
  'How peers are found': DISCOVERY_SETTINGS,
  'How much is uploaded': UPLOAD_SETTINGS,
  'How much is downloaded': DOWNLOAD_SETTINGS,
  'When the swarm needs the seed node': SEEDER_POLICY_SETTINGS,
  'How many torrents run, and how long': QUEUE_SETTINGS,
  'Watched folders': WATCH_SETTINGS,
  'Files over HTTP': WEB_SEED_SETTINGS,
  Monitoring: MONITORING_SETTINGS,
} satisfies Record<string, Record<string, Setting<unknown>>>;

/** Every setting there is. What the program, its help, the environment and the file know of settings follows from this table. */
export const SETTINGS = {
  ...SERVER_SETTINGS,
  ...TRANSPORT_SETTINGS,
  ...TRACKER_SETTINGS,
  ...WEB_SOCKET_SETTINGS,
  ...ACCESS_SETTINGS,
  ...USER_SETTINGS,
  ...DATABASE_SETTINGS,
  ...SEED_NODE_SETTINGS,
  ...INTEGRITY_SETTINGS,
  ...STORAGE_SETTINGS,
  ...DISCOVERY_SETTINGS,
  ...UPLOAD_SETTINGS,
  ...DOWNLOAD_SETTINGS,
  ...SEEDER_POLICY_SETTINGS,
  ...QUEUE_SETTINGS,
  ...WATCH_SETTINGS,
  ...WEB_SEED_SETTINGS,
  ...MONITORING_SETTINGS,
} satisfies Record<string, Setting<unknown>>;

/** The name of a setting. */
export type SettingKey = keyof typeof SETTINGS;

/** All settings with their values. */
export type Config = { readonly [K in SettingKey]: ReturnType<(typeof SETTINGS)[K]['read']> };

/** The environment variable of a setting: `SEEDBED_HTTP_PORT`. */
export function environmentName(setting: { readonly flag: string }): string {
  return `SEEDBED_${setting.flag.replaceAll('-', '_').toUpperCase()}`;
}
