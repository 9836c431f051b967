import { formatEndpoint } from '../../bittorrent/endpoint.ts';
import { toHex } from '../../bittorrent/hex.ts';
import { infoHashToHex, isNamedByV2Only } from '../../bittorrent/info-hash.ts';
import { formatMagnet, type Magnet, magnetOf } from '../../bittorrent/magnet.ts';
import {
  formatDhtNode,
  type Metainfo,
  paddingOf,
  type TorrentFile,
  type TorrentVersion,
} from '../../bittorrent/metainfo/metainfo.ts';

/** One file, as `--json` shows it; what does not apply is left out. */
export interface FileFacts {
  /** With the torrent's name before it, and slashes. */
  readonly path: string;
  readonly lengthBytes: number;
  readonly piecesRoot?: string | undefined;
  readonly executable?: true | undefined;
  readonly hidden?: true | undefined;
  /** Of a symbolic link, with the torrent's name before it. */
  readonly linkTarget?: string | undefined;
}

/** What a `.torrent` file or a magnet link says, as `seedbed show --json` prints it; what is not there is left out. */
export interface TorrentFacts {
  readonly infoHash: string;
  readonly infoHashV2?: string | undefined;
  readonly version: TorrentVersion;
  readonly name?: string | undefined;
  /** Bytes to download. */
  readonly lengthBytes?: number | undefined;
  /** Bytes of pad files; 0 is left out. Of a v2 torrent they are not listed anywhere, so there are none. */
  readonly padBytes?: number | undefined;
  readonly pieceLength?: number | undefined;
  readonly pieceCount?: number | undefined;
  readonly private?: boolean | undefined;
  readonly source?: string | undefined;
  /** Of a file by tier; of a magnet link in a row. */
  readonly trackers: readonly (string | readonly string[])[];
  readonly webSeeds: readonly string[];
  readonly httpSeeds?: readonly string[] | undefined;
  readonly dhtNodes?: readonly string[] | undefined;
  readonly peers?: readonly string[] | undefined;
  readonly similar?: readonly string[] | undefined;
  readonly collections?: readonly string[] | undefined;
  readonly updateUrl?: string | undefined;
  readonly comment?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly created?: string | undefined;
  readonly files?: readonly FileFacts[] | undefined;
  readonly magnet: string;
  /** What is wrong but harmless: a code and a sentence each. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[] | undefined;
}

/** What a magnet link says. */
export function magnetFacts(magnet: Magnet): TorrentFacts {
  const { infoHash, infoHashV2 } = magnet;
  return {
    infoHash: infoHashToHex(infoHash),
    infoHashV2: infoHashV2 && toHex(infoHashV2),
    version: isNamedByV2Only(infoHash, infoHashV2) ? 'v2' : infoHashV2 === undefined ? 'v1' : 'hybrid',
    name: magnet.name,
    lengthBytes: magnet.length,
    trackers: magnet.trackers,
    webSeeds: magnet.webSeeds,
    peers: magnet.peers.map(formatEndpoint),
    magnet: formatMagnet(magnet),
  };
}

/** What a `.torrent` file says, with all its files. */
export function torrentFactsWithFiles(metainfo: Metainfo): TorrentFacts {
  const { name, files } = metainfo.info;
  const { magnet, warnings, ...facts } = torrentFacts(metainfo);
  const shown = files.filter(({ isPadding }) => !isPadding).map((file) => fileFacts(name, file));
  return { ...facts, files: shown, magnet, warnings };
}

/** What a `.torrent` file says, but for its files: their paths, spelled out, can be far larger than the file. */
export function torrentFacts(metainfo: Metainfo): TorrentFacts {
  const { infoHash, infoHashV2, info, creationDate } = metainfo;
  const padBytes = paddingOf(info);
  return {
    infoHash: infoHashToHex(infoHash),
    infoHashV2: infoHashV2 && toHex(infoHashV2),
    version: info.version,
    name: info.name,
    lengthBytes: info.contentLength,
    padBytes: padBytes > 0 ? padBytes : undefined,
    pieceLength: info.pieceLength,
    pieceCount: info.pieceCount,
    private: info.isPrivate,
    source: info.source,
    trackers: metainfo.announceTiers,
    webSeeds: metainfo.webSeeds,
    httpSeeds: metainfo.httpSeeds,
    dhtNodes: metainfo.dhtNodes.map(formatDhtNode),
    similar: metainfo.similar.map(infoHashToHex),
    collections: metainfo.collections,
    updateUrl: info.updateUrl,
    comment: metainfo.comment,
    createdBy: metainfo.createdBy,
    created: creationDate === undefined ? undefined : isoDate(creationDate),
    magnet: formatMagnet(magnetOf(metainfo)),
    warnings: metainfo.warnings,
  };
}

/** What there is to say of a file; `name` is the torrent's. */
export function fileFacts(name: string, file: Omit<TorrentFile, 'offset' | 'isPadding'>): FileFacts {
  const { path, length, piecesRoot, isExecutable, isHidden, linkTarget } = file;
  return {
    path: [name, ...path].join('/'),
    lengthBytes: length,
    piecesRoot: piecesRoot && toHex(piecesRoot),
    executable: isExecutable,
    hidden: isHidden,
    linkTarget: linkTarget && [name, ...linkTarget].join('/'),
  };
}

/** Unix seconds as ISO 8601; dates beyond what a Date holds are no dates. */
export function isoDate(seconds: number): string | undefined {
  return seconds <= 8.64e12 ? new Date(seconds * 1000).toISOString() : undefined;
}
