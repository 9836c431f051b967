import { integerSetting, type Setting, switchSetting } from '../setting.ts';

/** The tracker over WebSockets. */
export const WEB_SOCKET_SETTINGS = {
  ws: switchSetting({
    flag: 'ws',
    help: 'run no tracker over WebSockets (for WebTorrent, on the HTTP port)',
    defaultValue: true,
  }),
  wsInTorrents: switchSetting({
    flag: 'ws-in-torrents',
    help: 'write the ws:// announce URL into torrents and magnet links too; clients other than WebTorrent do not know it',
  }),
  wsInterval: integerSetting({
    flag: 'ws-interval',
    argument: 'SECONDS',
    help: 'time between two announces of a peer over WebSocket; never above --interval',
    defaultValue: 120,
    min: 30,
    max: 3600,
  }),
  maxWebSockets: integerSetting({
    flag: 'max-web-sockets',
    argument: 'N',
    help: 'WebSockets that are open at the same time',
    defaultValue: 10_000,
    min: 1,
    max: 1_000_000,
  }),
} satisfies Record<string, Setting<unknown>>;
