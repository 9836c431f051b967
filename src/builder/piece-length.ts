import { BuilderError } from './hashing/errors.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** The shortest and the longest piece that `make-torrent` makes: what libtorrent takes. */
export const MIN_PIECE_LENGTH = 16 * KIB;
export const MAX_PIECE_LENGTH = 128 * MIB;

/** How a program chooses the piece length, so that what it hashed can be made again with the same info-hash. */
export interface PieceLengthRule {
  /** One line for people: whose rule it is, and what it gives. */
  readonly doc: string;
  /** Bytes a piece for `length` bytes of data. */
  readonly pieceLength: (length: number) => number;
}

/** The programs whose rule is known. */
export type PieceLengthTool =
  | 'libtorrent'
  | 'transmission'
  | 'transmission-3'
  | 'mktorrent'
  | 'mktorrent-1.1'
  | 'torrenttools'
  | 'torf'
  | 'create-torrent';

/** Up to so many bytes of data, so many bytes a piece; what is larger gets the length after the table. */
type Steps = readonly (readonly [maxBytes: number, pieceLength: number])[];

const libtorrentSteps: Steps = [
  [2_684_355, 16 * KIB],
  [10_737_418, 32 * KIB],
  [42_949_673, 64 * KIB],
  [171_798_692, 128 * KIB],
  [687_194_767, 256 * KIB],
  [2_748_779_069, 512 * KIB],
  [10_995_116_278, MIB],
  [43_980_465_111, 2 * MIB],
  [175_921_860_444, 4 * MIB],
  [703_687_441_777, 8 * MIB],
];

const transmission3Steps: Steps = [
  [50 * MIB - 1, 32 * KIB],
  [150 * MIB - 1, 64 * KIB],
  [350 * MIB - 1, 128 * KIB],
  [512 * MIB - 1, 256 * KIB],
  [GIB - 1, 512 * KIB],
  [2 * GIB - 1, MIB],
];

const mktorrentSteps: Steps = [
  [50 * MIB, 32 * KIB],
  [100 * MIB, 64 * KIB],
  [200 * MIB, 128 * KIB],
  [400 * MIB, 256 * KIB],
  [800 * MIB, 512 * KIB],
  [1600 * MIB, MIB],
  [3200 * MIB, 2 * MIB],
  [6400 * MIB, 4 * MIB],
  [12_800 * MIB, 8 * MIB],
];

/** How many pieces torf wants at most. */
const torfPieces: Steps = [
  [GIB, 512],
  [8 * GIB, 1024],
  [16 * GIB, 1536],
];

/** The rules by the names that follow `like:`. */
export const PIECE_LENGTH_RULES: Readonly<Record<PieceLengthTool, PieceLengthRule>> = {
  libtorrent: {
    doc: 'libtorrent 2 (qBittorrent, Deluge): the list of hashes near 2 sqrt(length); 16K to 16M',
    pieceLength: (length) => stepOf(libtorrentSteps, length, 16 * MIB),
  },
  transmission: {
    doc: 'Transmission 4: about 1024 pieces; 16K to 16M',
    pieceLength: (length) => 2 ** Math.round(clamp(Math.log2(length) - 10, 14, 24)),
  },
  'transmission-3': {
    doc: 'Transmission up to 3.00, which Debian 12 and Ubuntu 22.04 ship: 32K to 2M',
    pieceLength: (length) => stepOf(transmission3Steps, length, 2 * MIB),
  },
  mktorrent: {
    doc: 'mktorrent after 1.1 (its git): 800 to 1600 pieces from 25 MiB to 12.5 GiB; 32K to 16M',
    pieceLength: (length) => stepOf(mktorrentSteps, length, 16 * MIB),
  },
  'mktorrent-1.1': {
    doc: 'mktorrent 1.1, which distributions ship: always 256K',
    pieceLength: () => 256 * KIB,
  },
  torrenttools: {
    doc: 'torrenttools: 512 to 1024 pieces; 32K to 16M',
    pieceLength: (length) => 2 ** clamp(Math.trunc(Math.log2(length) - 9), 15, 24),
  },
  torf: {
    doc: 'torf: at most 512 pieces up to 1 GiB, 2048 beyond 16 GiB; 16K to 16M',
    pieceLength: (length) =>
      2 ** clamp(Math.ceil(Math.log2(length / stepOf(torfPieces, length, 2048))), 14, 24),
  },
  'create-torrent': {
    // Beyond 1.4 TiB the package's own sum overflows to 16K, of which no client would take the torrent.
    doc: 'create-torrent (WebTorrent): about 1024 pieces; 16K to 4M',
    pieceLength: (length) => 2 ** clamp(Math.trunc(Math.log2(length / KIB) + 0.5), 14, 22),
  },
};

function stepOf(steps: Steps, length: number, beyond: number): number {
  return steps.find(([maxBytes]) => length <= maxBytes)?.[1] ?? beyond;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Bytes a piece for `length` bytes of data when nobody says otherwise: libtorrent's rule, 16 KiB to 16 MiB. */
export function automaticPieceLength(length: number): number {
  return pieceLengthLike('libtorrent', length);
}

/**
 * Bytes a piece for `length` bytes of data, as another program would choose.
 * @throws {BuilderError} ERR_OPTION for a program whose rule is not known.
 */
export function pieceLengthLike(tool: string, length: number): number {
  if (!isPieceLengthTool(tool))
    throw new BuilderError(
      'ERR_OPTION',
      `there is no piece length like:${tool}: it can be like ${Object.keys(PIECE_LENGTH_RULES).join(', ')}`,
    );
  return PIECE_LENGTH_RULES[tool].pieceLength(length);
}

/** Whether the rule of this program is known. */
export function isPieceLengthTool(tool: string): tool is PieceLengthTool {
  return Object.hasOwn(PIECE_LENGTH_RULES, tool);
}

/**
 * Returns a piece length that was asked for.
 * @throws {BuilderError} ERR_OPTION unless it is a power of two from 16 KiB to 128 MiB.
 */
export function checkPieceLength(pieceLength: number): number {
  const isPower = Number.isInteger(Math.log2(pieceLength));
  if (!isPower || pieceLength < MIN_PIECE_LENGTH || pieceLength > MAX_PIECE_LENGTH)
    throw new BuilderError(
      'ERR_OPTION',
      `a piece length of ${pieceLength} bytes is not possible: it must be a power of two from 16 KiB to 128 MiB`,
    );
  return pieceLength;
}

/** A piece length as it can be asked for: bytes, `auto`, or `like:` and the name of a program. */
export type PieceLengthOption = number | 'auto' | `like:${PieceLengthTool}`;

const LIKE = 'like:';

/** @throws {BuilderError} ERR_OPTION for one that makes no sense, whatever the data. */
export function checkPieceLengthOption(option: PieceLengthOption | undefined): void {
  choosePieceLength(option, 1);
}

/**
 * Bytes a piece for `length` bytes of data, by what was asked for; by default libtorrent's rule.
 * @throws {BuilderError} ERR_OPTION as {@link checkPieceLength} and {@link pieceLengthLike}.
 */
export function choosePieceLength(option: PieceLengthOption | undefined, length: number): number {
  if (typeof option === 'number') return checkPieceLength(option);
  if (option === undefined || option === 'auto') return automaticPieceLength(length);
  if (!option.startsWith(LIKE))
    throw new BuilderError('ERR_OPTION', `the piece length must be bytes, "auto" or "like:<program>"`);
  return pieceLengthLike(option.slice(LIKE.length), length);
}
