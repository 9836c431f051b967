import { integerSetting, listSetting, type Setting, switchSetting } from '../setting.ts';
import { checkIpParameterTrust } from './checks.ts';

/** The tracker. */
export const TRACKER_SETTINGS = {
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
  udpGrace: integerSetting({
    flag: 'udp-grace',
    argument: 'SECONDS',
    help: 'how much longer than its two minutes a connection id is taken over UDP, from clients that use it again later',
    defaultValue: 480,
    min: 0,
    max: 3600,
  }),
  interval: integerSetting({
    flag: 'interval',
    argument: 'SECONDS',
    help: 'time between two announces of a peer, as long as nothing asks for less or more',
    defaultValue: 1800,
    min: 60,
    max: 10_800,
  }),
  minInterval: integerSetting({
    flag: 'min-interval',
    argument: 'SECONDS',
    help: 'the shortest time that peers are told, those of young swarms; a shorter --interval is kept to',
    defaultValue: 300,
    min: 60,
    max: 10_800,
  }),
  maxInterval: integerSetting({
    flag: 'max-interval',
    argument: 'SECONDS',
    help: 'the longest time that peers are told, while there is too much to do',
    defaultValue: 10_800,
    min: 60,
    max: 86_400,
  }),
  locality: switchSetting({
    flag: 'locality',
    help: "give up to half of the peers of a reply from the client's own network (IPv4 /24, IPv6 /48), the rest at random",
  }),
  fullScrape: switchSetting({
    flag: 'full-scrape',
    help: 'answer a scrape without info-hashes with every swarm',
  }),
  announceRate: integerSetting({
    flag: 'announce-rate',
    argument: 'N',
    help: 'announces a second that one address (IPv6: one /64) may send, twenty times as many at once; more are shed; 0 sheds nothing',
    defaultValue: 100,
    min: 0,
    max: 1_000_000,
  }),
  trustIpParameter: listSetting({
    flag: 'trust-ip-parameter',
    argument: 'none|private|CIDR,...',
    help: 'senders that may say by the ip parameter at which address they are listed; private: those of private networks and of this machine',
    check: checkIpParameterTrust,
  }),
  maxPeers: integerSetting({
    flag: 'max-peers',
    argument: 'N',
    help: 'peers in all swarms of the tracker, about 60 bytes each; the least valuable makes room for others',
    defaultValue: 2_000_000,
    min: 1,
    max: 100_000_000,
  }),
  maxSwarms: integerSetting({
    flag: 'max-swarms',
    argument: 'N',
    help: 'swarms of the tracker, about 120 bytes each, beside those of registered torrents',
    defaultValue: 1_000_000,
    min: 1,
    max: 100_000_000,
  }),
  maxPeersPerSwarm: integerSetting({
    flag: 'max-peers-per-swarm',
    argument: 'N',
    help: 'peers in one swarm',
    defaultValue: 1_000_000,
    min: 2,
    max: 100_000_000,
  }),
} satisfies Record<string, Setting<unknown>>;
