import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import ipaddr from 'ipaddr.js';
import {
  choiceSetting,
  integerSetting,
  listSetting,
  type Setting,
  switchSetting,
  textSetting,
} from './setting.ts';

/** Levels of the log, the quietest first. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** Every setting there is. What the program, its help, the environment and the file know of settings follows from this table. */
export const SETTINGS = {
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
  udp: switchSetting({
    flag: 'udp',
    help: 'run no tracker over UDP',
    defaultValue: true,
  }),
  udpPort: integerSetting<number | undefined>({
    flag: 'udp-port',
    argument: 'PORT',
    help: 'port of the tracker over UDP; 0 takes a free one',
    defaultValue: undefined,
    defaultText: 'that of --http-port',
    min: 0,
    max: 65535,
  }),
  peerPort: integerSetting({
    flag: 'peer-port',
    argument: 'PORT',
    help: 'port on which the seed node serves peers (TCP); 0 takes a free one',
    defaultValue: 6881,
    min: 0,
    max: 65535,
  }),
  publicAddress: listSetting({
    flag: 'public-address',
    argument: 'ADDRESS,...',
    help: 'addresses (one IPv4, one IPv6) at which strangers reach the seed node, when it sits behind NAT',
    check: checkAddress,
  }),
  publicUrl: textSetting<string | undefined>({
    flag: 'public-url',
    argument: 'URL',
    help: 'how strangers reach the HTTP port, such as https://example.org; written into torrents',
    defaultValue: undefined,
    defaultText: "http:// and the default route's address",
    check: checkHttpUrl,
  }),
  open: switchSetting({
    flag: 'open',
    help: 'track any info-hash, not only the torrents published or registered here',
  }),
  interval: integerSetting({
    flag: 'interval',
    argument: 'SECONDS',
    help: 'time between two announces of a peer',
    defaultValue: 1800,
    min: 60,
    max: 10_800,
  }),
  fullScrape: switchSetting({
    flag: 'full-scrape',
    help: 'answer a scrape without info-hashes with every swarm',
  }),
  trustedProxies: listSetting({
    flag: 'trusted-proxies',
    argument: 'CIDR,...',
    help: 'networks of reverse proxies whose X-Forwarded-For counts',
    check: checkCidr,
  }),
  database: choiceSetting({
    flag: 'database',
    help: 'where state is kept: a file in the data folder, or nowhere',
    defaultValue: 'sqlite',
    choices: ['sqlite', 'memory'],
  }),
  uploadSlots: integerSetting({
    flag: 'upload-slots',
    argument: 'N',
    help: 'peers served at the same time',
    defaultValue: 100,
    min: 1,
    max: 100_000,
  }),
  maxConnections: integerSetting({
    flag: 'max-connections',
    argument: 'N',
    help: 'peers connected to the seed node at the same time',
    defaultValue: 2000,
    min: 1,
    max: 100_000,
  }),
  cache: integerSetting({
    flag: 'cache',
    argument: 'MIB',
    help: 'memory for pieces being served, in MiB',
    defaultValue: 128,
    min: 8,
    max: 65_536,
  }),
  maxPeers: integerSetting({
    flag: 'max-peers',
    argument: 'N',
    help: 'peers in all swarms of the tracker',
    defaultValue: 2_000_000,
    min: 1,
    max: 100_000_000,
  }),
  threads: integerSetting({
    flag: 'threads',
    argument: 'N',
    help: 'threads that hash pieces; 0 takes one a core',
    defaultValue: 0,
    min: 0,
    max: 256,
  }),
  logLevel: choiceSetting({
    flag: 'log-level',
    help: 'how much the log on standard error says',
    defaultValue: 'info',
    choices: LOG_LEVELS,
  }),
} satisfies Record<string, Setting<unknown>>;

/** The name of a setting. */
export type SettingKey = keyof typeof SETTINGS;

/** All settings with their values. */
export type Config = { readonly [K in SettingKey]: ReturnType<(typeof SETTINGS)[K]['read']> };

/** The environment variable of a setting: `SEEDBED_HTTP_PORT`. */
export function environmentName(setting: { readonly flag: string }): string {
  return `SEEDBED_${setting.flag.replaceAll('-', '_').toUpperCase()}`;
}

function defaultDataDir(): string {
  const base = process.env['XDG_DATA_HOME'];
  return join(base?.startsWith('/') === true ? base : join(homedir(), '.local', 'share'), 'seedbed');
}

function checkAddress(text: string): void {
  if (isIP(text) === 0) throw new Error('it takes an IP address');
}

function checkHttpUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  ) {
    throw new Error('it takes an http:// or https:// URL without query or user');
  }
}

function checkCidr(text: string): void {
  if (!ipaddr.isValid(text) && !ipaddr.isValidCIDR(text))
    throw new Error(`"${text}" is no network such as 10.0.0.0/8`);
  if (!ipaddr.isValidCIDR(text)) return;
  const [network, bits] = ipaddr.parseCIDR(text);
  if (network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits < 96)
    throw new Error(`"${text}" is no network of IPv4: write ${network.toIPv4Address()} with its own prefix`);
}
