import { BuilderError } from '../hashing/errors.ts';
import type { PieceHashes } from '../hashing/job.ts';
import { hashStream } from '../hashing/stream-hasher.ts';
import { checkGivenName } from '../input/names.ts';
import type { CreateTorrentOptions } from '../options.ts';
import { choosePieceLength } from '../piece-length.ts';
import { planOf, type TorrentPlan } from './layout.ts';

/** The data of one file as it comes. */
export type StreamInput = AsyncIterable<Uint8Array>;

/** Bytes a piece where nobody knows how much will come: 20,000 pieces are 20 GB then. */
const UNKNOWN_LENGTH_PIECE = 1024 * 1024;

/**
 * Hashes a stream, which becomes a torrent with one file.
 * @throws {BuilderError} ERR_OPTION without a name, with options that need files, or with a length of no use; ERR_INPUT for an empty
 *   stream and one of another length than was said. After ERR_OPTION the stream was not touched.
 */
export async function hashStreamInput(
  input: StreamInput,
  options: CreateTorrentOptions,
): Promise<{ plan: TorrentPlan; hashes: PieceHashes }> {
  const { version = 'v1', name, length, signal, onProgress } = options;
  if (name === undefined) throw new BuilderError('ERR_OPTION', 'a stream has no name of its own: give one');
  checkGivenName(name);
  if (options.reuse !== undefined) throw new BuilderError('ERR_OPTION', 'hashes are reused for files only');
  if (length !== undefined && !(Number.isSafeInteger(length) && length > 0))
    throw new BuilderError('ERR_OPTION', 'the length of the stream must be a whole number of bytes');
  const pieceLength = pieceLengthOf(options);
  const { length: found, ...hashes } = await hashStream(input, {
    pieceLength,
    version,
    maxLength: length,
    signal,
    onProgress: onProgress && ((bytesDone) => onProgress({ bytesDone, bytesTotal: length })),
  });
  if (found === 0)
    throw new BuilderError('ERR_INPUT', 'the stream is empty: clients refuse a torrent without data');
  if (length !== undefined && found !== length)
    throw new BuilderError('ERR_INPUT', `the stream ended after ${found} of ${length} bytes`);
  const plan = planOf([{ path: [], absolutePath: '', length: found, offset: 0 }], {
    version,
    name,
    pieceLength,
  });
  return { plan, hashes };
}

function pieceLengthOf({ pieceLength = 'auto', length }: CreateTorrentOptions): number {
  if (length !== undefined || typeof pieceLength === 'number')
    return choosePieceLength(pieceLength, length ?? 0);
  if (pieceLength === 'auto') return UNKNOWN_LENGTH_PIECE;
  throw new BuilderError(
    'ERR_OPTION',
    `the piece length ${pieceLength} depends on how much comes: say that, or give a piece length`,
  );
}
