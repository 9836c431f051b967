import { isUtf8 } from 'node:buffer';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProtocolError } from '../../bittorrent/errors.ts';
import { safeName } from '../../bittorrent/metainfo/names.ts';
import { BuilderError, quoted } from '../hashing/errors.ts';

/** Names of which nothing need be asked: most. */
const PLAIN_NAME = /^(?!\.\.?$)[ -.0-[\]-~]{1,255}$/;

/** What file systems take. */
const MAX_NAME_BYTES = 255;

/**
 * Checks that a name can stand in a torrent as every client will take it.
 * @throws {BuilderError} ERR_INPUT, naming `path`.
 */
export function checkName(name: string, path: string): void {
  if (PLAIN_NAME.test(name)) return;
  try {
    if (!name.isWellFormed()) throw new ProtocolError('ERR_METAINFO', 'the name is no Unicode text');
    const bytes = Buffer.from(name, 'utf8');
    safeName(bytes, 'name');
    if (bytes.length > MAX_NAME_BYTES) throw new ProtocolError('ERR_METAINFO', 'the name is too long');
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    const why = `it must be a name of 1 to ${MAX_NAME_BYTES} bytes, not . or .., and have no slash, backslash or control character`;
    throw new BuilderError('ERR_INPUT', `${quoted(path)} has a name that no torrent can hold: ${why}`, {
      path,
      cause,
    });
  }
}

/**
 * The same of a name that was asked for.
 * @throws {BuilderError} ERR_OPTION.
 */
export function checkGivenName(name: string): void {
  try {
    checkName(name, name);
  } catch (error) {
    throw error instanceof BuilderError
      ? new BuilderError('ERR_OPTION', error.message, { cause: error })
      : error;
  }
}

/**
 * Refuses names that the file system has in another encoding than UTF-8. Node.js reads such bytes as U+FFFD, so the folder is
 * read once more as bytes when a name has one; the character itself is a good one.
 * @throws {BuilderError} ERR_INPUT, naming the folder.
 */
export async function refuseForeignNames(names: readonly string[], folder: string): Promise<void> {
  const suspects = new Set(names.filter((name) => name.includes('\ufffd')));
  if (suspects.size === 0) return;
  for (const bytes of await readdir(folder, { encoding: 'buffer' })) {
    const name = bytes.toString('utf8');
    if (!suspects.has(name) || isUtf8(bytes)) continue;
    const message = `the name ${quoted(name)} in ${quoted(folder)} is not UTF-8: rename it`;
    throw new BuilderError('ERR_INPUT', message, { path: join(folder, name) });
  }
}
