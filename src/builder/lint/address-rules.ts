import { type BencodeValue, textOf } from '../../bittorrent/bencode.ts';
import { BencodedDictionary } from '../../bittorrent/bencode-dictionary.ts';
import { isPrivateAddress, parseAddress } from '../../bittorrent/endpoint.ts';
import { MAX_ADDRESSES } from '../../bittorrent/metainfo/addresses.ts';
import { elementsOf } from '../../bittorrent/metainfo/elements.ts';
import { formatDhtNode } from '../../bittorrent/metainfo/metainfo.ts';
import { METAINFO_LIMITS } from '../../bittorrent/metainfo/parse.ts';
import { trackerUrl, webSeedUrl } from '../../bittorrent/url.ts';
import { finding, findingAbout, type LintRule } from './finding.ts';
import { hasPasskey, withoutPasskey } from './without-passkey.ts';

const noTrackers: LintRule = ({ metainfo: { info, announceTiers, dhtNodes, webSeeds, httpSeeds } }) => {
  if (announceTiers.length > 0) return undefined;
  if (info.isPrivate)
    return finding('trackers.none-private', 'error', {
      what: 'it is private and has no tracker: clients have no way to find peers (BEP 27)',
      how: 'add a tracker: seedbed edit --add-tracker URL',
    });
  if (dhtNodes.length + webSeeds.length + httpSeeds.length > 0) return undefined;
  return finding('trackers.none', 'hint', {
    what: 'it has no tracker: peers are found by DHT only, and not by clients that have it turned off',
    how: 'add a tracker: seedbed edit --add-tracker URL',
  });
};

const privateWithNodes: LintRule = ({ metainfo: { info, dhtNodes } }) =>
  findingAbout('trackers.private-nodes', 'warning', {
    about: info.isPrivate ? dhtNodes : [],
    spell: formatDhtNode,
    words: () => ({
      what: 'it is private and names DHT nodes: clients must not ask them for it (BEP 27), and some do',
      how: 'take them out: seedbed edit --no-dht-node',
    }),
  });

const duplicates: LintRule = ({ metainfo: { announceTiers } }) => {
  const all = announceTiers.flat();
  const twice = [...new Set(all.filter((url, at) => all.indexOf(url) !== at))];
  return findingAbout('trackers.twice', 'warning', {
    about: twice,
    spell: withoutPasskey,
    words: (count) => ({
      what: `${count === 1 ? 'a tracker is' : `${count} trackers are`} named more than once`,
      how: 'name each once: seedbed edit --announce URL',
    }),
  });
};

/** One host by several protocols, in tiers of its own: clients announce to it once a tier, and are counted as often. */
const sameHost: LintRule = ({ metainfo: { announceTiers } }) => {
  const hosts = new Map<string, Set<number>>();
  for (const [tier, urls] of announceTiers.entries())
    for (const url of urls) {
      const host = URL.parse(url)?.hostname ?? '';
      hosts.set(host, (hosts.get(host) ?? new Set()).add(tier));
    }
  const spread = [...hosts].filter(([, tiers]) => tiers.size > 1).map(([host]) => host);
  return findingAbout('trackers.same-host', 'hint', {
    about: spread,
    words: (count) => ({
      what: `${count === 1 ? 'a host has' : `${count} hosts have`} trackers in several tiers: clients that announce to every tier ask the same tracker several times`,
      how: 'put the URLs of one host into one tier, with commas: seedbed edit --announce URL,URL',
    }),
  });
};

const noAnnouncePath: LintRule = ({ metainfo: { announceTiers } }) => {
  const bad = announceTiers.flat().filter((url) => {
    const parsed = URL.parse(url);
    return parsed !== null && /^https?:$/.test(parsed.protocol) && !/\/announce[^/]*$/.test(parsed.pathname);
  });
  return findingAbout('trackers.path', 'hint', {
    about: bad,
    spell: withoutPasskey,
    words: (count) => ({
      what: `${count === 1 ? 'the path of a tracker does' : `the paths of ${count} trackers do`} not end in /announce: clients cannot ask it for the numbers of peers (BEP 48)`,
      how: 'look whether the URL was cut short',
    }),
  });
};

const openPasskey: LintRule = ({ metainfo: { announceTiers } }) => {
  const bad = announceTiers.flat().filter((url) => {
    const parsed = URL.parse(url);
    return parsed?.protocol === 'http:' && hasPasskey(url);
  });
  return findingAbout('trackers.open-passkey', 'warning', {
    about: bad,
    spell: withoutPasskey,
    words: (count) => ({
      what: `${count === 1 ? 'a tracker' : `${count} trackers`} with what looks like a passkey is asked over plain HTTP: whoever listens on the way can use it`,
      how: 'use its https:// URL, if it has one; and give such a file to nobody else',
    }),
  });
};

const unreachableAddresses: LintRule = ({ metainfo: { announceTiers, webSeeds, httpSeeds } }) => {
  const bad = [...announceTiers.flat(), ...webSeeds, ...httpSeeds].filter((url) => {
    const host = URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? '';
    const address = parseAddress(host);
    return host === 'localhost' || (address !== undefined && isPrivateAddress(address));
  });
  return findingAbout('urls.private-address', 'warning', {
    about: bad,
    spell: withoutPasskey,
    words: (count) => ({
      what: `${count === 1 ? 'a URL leads' : `${count} URLs lead`} to an address that means nothing outside of its own network`,
      how: 'name the host by which strangers reach it',
    }),
  });
};

const folderSlash: LintRule = ({ metainfo: { info, webSeeds } }) => {
  const bad = info.isMultiFile ? webSeeds.filter((url) => !url.endsWith('/')) : [];
  return findingAbout('urls.folder-slash', 'warning', {
    about: bad,
    spell: withoutPasskey,
    words: (count) => ({
      what: `${count === 1 ? 'a web seed of a folder does' : `${count} web seeds of a folder do`} not end with a slash: some clients put the name of the folder behind it as it stands (BEP 19)`,
      how: 'put a slash behind it: the name and the paths of the files follow',
    }),
  });
};

const noUrls: LintRule = ({ bytes }) => {
  const root = new BencodedDictionary(bytes, { ...METAINFO_LIMITS, allowsTrailingBytes: true });
  const listed = (key: string): string[] => textsIn(elementsOf(root.raw(key), MAX_ADDRESSES));
  const bad = [
    ...[...listed('announce'), ...listed('announce-list')].filter((url) => trackerUrl(url) === undefined),
    ...[...listed('url-list'), ...listed('httpseeds')].filter((url) => webSeedUrl(url) === undefined),
  ];
  return findingAbout('urls.none', 'warning', {
    about: [...new Set(bad)],
    spell: withoutPasskey,
    words: (count) => ({
      what: `${count === 1 ? 'an entry among trackers and seeds is' : `${count} entries among trackers and seeds are`} no URL that a client can use`,
      how: 'write the list anew: seedbed edit --announce URL, or --web-seed URL',
    }),
  });
};

/** Trackers, seeds and nodes that do not help, or harm. What needs the network is not asked here. */
export const ADDRESS_RULES: readonly LintRule[] = [
  noTrackers,
  privateWithNodes,
  duplicates,
  sameHost,
  noAnnouncePath,
  openPasskey,
  unreachableAddresses,
  folderSlash,
  noUrls,
];

/** All texts of a value, at any depth; an empty `url-list`, as some programs write it, is none. */
function textsIn(value: BencodeValue): string[] {
  if (Array.isArray(value)) return value.flatMap((member: BencodeValue) => textsIn(member));
  const text = textOf(value);
  return text === undefined || text === '' ? [] : [text];
}
