import { BLOCK_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import { paddingOf, type TorrentFile } from '../../bittorrent/metainfo/metainfo.ts';
import { finding, findingAbout, type LintRule } from './finding.ts';
import { pathOf } from './name-tree.ts';

const MIB = 1024 * 1024;
/** Many clients have no room for more in one piece; our own builder chooses none longer. */
const LONG_PIECE = 16 * MIB;
/** npm's ut_metadata, which WebTorrent uses, takes no larger info dictionary. */
const LARGE_TORRENT = 10_000_000;
/** libtorrent takes no larger one by magnet link (`max_metadata_size`): 31.4 MB. */
const HUGE_TORRENT = 3 * 1024 * 10_240;
/** Between these, pieces are neither coarse nor a crowd. */
const FEW_PIECES = 50;
const MANY_PIECES = 20_000;
/** Data for which few pieces are natural. */
const SMALL_CONTENT = 16 * MIB;
/** From this share of the data on, pad files are worth a thought. */
const PAD_SHARE = 0.05;

const pieceTooLong: LintRule = ({ metainfo: { info } }) => {
  if (info.pieceLength <= LONG_PIECE) return undefined;
  return finding('size.piece-length', 'warning', {
    what: `a piece has ${inMib(info.pieceLength)}: some clients refuse more than 16 MiB, and nothing is passed on before a piece is whole`,
    how: 'make it with pieces of 16 MiB or less',
  });
};

const pieceOdd: LintRule = ({ metainfo: { info } }) => {
  const { pieceLength } = info;
  const isPower = Number.isInteger(Math.log2(pieceLength));
  if (isPower && pieceLength >= BLOCK_LENGTH) return undefined;
  return finding('size.piece-odd', 'warning', {
    what: `a piece has ${pieceLength} bytes: some clients refuse what is no power of two from 16 KiB on`,
    how: 'make it with pieces of 16 KiB, 32 KiB, 64 KiB and so on',
  });
};

const torrentTooLarge: LintRule = ({ bytes }) => {
  const how = 'make it with longer pieces or of fewer files, or in several torrents';
  if (bytes.length > HUGE_TORRENT)
    return finding('size.torrent-huge', 'error', {
      what: `the .torrent file has ${inMb(bytes.length)}: libtorrent, and so most clients, refuses more than 31.4 MB`,
      how,
    });
  if (bytes.length <= LARGE_TORRENT) return undefined;
  return finding('size.torrent-large', 'warning', {
    what: `the .torrent file has ${inMb(bytes.length)}: WebTorrent refuses more than 10 MB, and magnet links are slow to begin`,
    how,
  });
};

const pieceCount: LintRule = ({ metainfo: { info } }) => {
  if (info.pieceCount > MANY_PIECES)
    return finding('size.many-pieces', 'hint', {
      what: `there are ${info.pieceCount} pieces: their hashes make the .torrent file large, and clients busy`,
      how: 'longer pieces make fewer: 1000 to 2000 are usual',
    });
  if (info.pieceCount >= FEW_PIECES || info.contentLength < SMALL_CONTENT) return undefined;
  return finding('size.few-pieces', 'hint', {
    what: `there are ${info.pieceCount} pieces only: peers have little to pass on until one is whole`,
    how: 'shorter pieces make more: 1000 to 2000 are usual',
  });
};

const padOverhead: LintRule = ({ metainfo: { info } }) => {
  const padding = paddingOf(info);
  if (padding === 0) return undefined;
  const share = padding / info.contentLength;
  const percent = share < 0.001 ? 'less than 0.1' : String(Math.round(share * 1000) / 10);
  return finding('size.padding', share > PAD_SHARE ? 'warning' : 'hint', {
    what: `pad files add ${inMib(padding)} (${percent} %): clients that do not know them download zeros and write files for them`,
    how: 'shorter pieces need less padding; a torrent that is v1 or v2 only needs none',
  });
};

const noData: LintRule = ({ metainfo: { info } }) =>
  info.contentLength > 0
    ? undefined
    : finding('size.empty', 'error', {
        what: 'there is not a single byte in it: clients refuse a torrent without data',
        how: 'put something into it',
      });

const emptyFiles: LintRule = ({ metainfo: { info }, nodes }) =>
  findingAbout('size.empty-files', 'hint', {
    about: info.contentLength === 0 ? [] : nodes.filter(({ file }) => file !== undefined && isEmpty(file)),
    spell: pathOf,
    words: (count) => ({
      what: `${count === 1 ? 'a file is' : `${count} files are`} empty: some clients never make ${count === 1 ? 'it' : 'them'}`,
      how: 'leave out what is empty, if nobody misses it',
    }),
  });

function isEmpty({ length, linkTarget }: TorrentFile): boolean {
  return length === 0 && linkTarget === undefined;
}

/** Sizes that clients refuse, or that cost more than they need. */
export const SIZE_RULES: readonly LintRule[] = [
  noData,
  pieceTooLong,
  pieceOdd,
  torrentTooLarge,
  pieceCount,
  padOverhead,
  emptyFiles,
];

function inMib(bytes: number): string {
  return bytes < MIB / 10 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.round((bytes / MIB) * 10) / 10} MiB`;
}

function inMb(bytes: number): string {
  return `${Math.round(bytes / 100_000) / 10} MB`;
}
