import { homedir } from 'node:os';
import { join } from 'node:path';
import { choiceSetting, integerSetting, type Setting, textSetting } from '../setting.ts';
import { checkAddress, checkHttpUrl } from './checks.ts';

/** Levels of the log, the quietest first. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** What the whole server listens on, and where it keeps its things. */
export const SERVER_SETTINGS = {
  dataDir: textSetting<string>({
    flag: 'data-dir',
    argument: 'FOLDER',
    help: 'where the database, the .torrent files and the keys live; one server a folder',
    defaultValue: defaultDataDir(),
    defaultText: '$XDG_DATA_HOME/seedbed or ~/.local/share/seedbed',
  }),
  host: textSetting<string>({
    flag: 'host',
    argument: 'ADDRESS',
    help: 'address to listen on, for the tracker and for peers',
    defaultValue: '::',
    defaultText: 'all, IPv4 and IPv6',
    check: checkAddress,
  }),
  httpPort: integerSetting({
    flag: 'http-port',
    argument: 'PORT',
    help: 'port of the tracker and the web page (TCP); 0 takes a free one',
    defaultValue: 6969,
    min: 0,
    max: 65535,
  }),
  publicUrl: textSetting<string | undefined>({
    flag: 'public-url',
    argument: 'URL',
    help: 'how strangers reach the HTTP port, such as https://example.org; written into torrents',
    defaultValue: undefined,
    defaultText: "https:// and the certificate's host, else http:// and the default route's address",
    check: checkHttpUrl,
  }),
  logLevel: choiceSetting({
    flag: 'log-level',
    help: 'how much the log on standard error says',
    defaultValue: 'info',
    choices: LOG_LEVELS,
  }),
} satisfies Record<string, Setting<unknown>>;

function defaultDataDir(): string {
  const base = process.env['XDG_DATA_HOME'];
  return join(base?.startsWith('/') === true ? base : join(homedir(), '.local', 'share'), 'seedbed');
}
