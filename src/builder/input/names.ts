import { ProtocolError } from '../bittorrent/errors.ts';
import { safeName } from '../bittorrent/metainfo/files.ts';
import { BuilderError, quoted } from './hashing/errors.ts';

/**
 * Checks that a name can stand in a torrent as every client will take it.
 * @throws {BuilderError} ERR_INPUT, naming `path`.
 */
export function checkName(name: string, path: string): void {
  try {
    safeName(Buffer.from(name, 'utf8'), 'name');
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    const why = 'it must have 1 to 255 bytes and no slash, backslash or control character';
    throw new BuilderError('ERR_INPUT', `${quoted(path)} has a name that no torrent can hold: ${why}`, {
      path,
      cause,
    });
  }
}

/** Order of files in a v1 torrent: by the bytes of their whole paths, as mktorrent sorts them. */
export function comparePaths(a: readonly string[], b: readonly string[]): number {
  return Buffer.compare(Buffer.from(a.join('/'), 'utf8'), Buffer.from(b.join('/'), 'utf8'));
}
