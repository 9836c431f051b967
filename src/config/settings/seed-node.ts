import { TORRENT_VERSIONS, type TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import { choiceSetting, integerSetting, listSetting, type Setting } from '../setting.ts';
import { checkAddress } from './checks.ts';

/** The seed node. */
export const SEED_NODE_SETTINGS = {
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
  threads: integerSetting({
    flag: 'threads',
    argument: 'N',
    help: 'threads that hash pieces; 0 takes one a core',
    defaultValue: 0,
    min: 0,
    max: 256,
  }),
  encryption: choiceSetting<'allow' | 'require' | 'off'>({
    flag: 'encryption',
    help: 'protocol encryption of the seed node: allow takes and opens plain and encrypted connections, require only those that are encrypted throughout (RC4), off only plain ones',
    defaultValue: 'allow',
    choices: ['allow', 'require', 'off'],
  }),
  torrentVersion: choiceSetting<TorrentVersion>({
    flag: 'torrent-version',
    argument: 'VERSION',
    help: 'what publish makes unless it is told otherwise: v1 for every client, hybrid for v1 and v2 clients (not for aria2 and Transmission 3), v2',
    defaultValue: 'v1',
    choices: TORRENT_VERSIONS,
  }),
} satisfies Record<string, Setting<unknown>>;
