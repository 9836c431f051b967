import { isPasskey } from '../../bittorrent/announce-path.ts';
import { type InfoHash, infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { safeName } from '../../bittorrent/metainfo/names.ts';
import { decodeExactly, percentEncode } from '../../bittorrent/query.ts';

/** The longest path that is looked at: as long as node:http takes a head. */
const MAX_PATH_LENGTH = 16 * 1024;

/** What a request below `/files` asks for. */
export interface FilePath {
  /** Undefined where paths have none: on a public tracker. */
  readonly passkey: string | undefined;
  readonly infoHash: InfoHash;
  /** The torrent's name, and what is below it. */
  readonly path: readonly string[];
}

/**
 * Reads the path of a request, as it came, without a query: `/<info-hash>/<name>/...`, or `/<passkey>/<info-hash>/<name>/...` for
 * members. Names are decoded by the rule by which those of a torrent are: bytes that are not UTF-8 are Windows-1252. Undefined when it is
 * no such path, or has a component that no torrent can have (`..`, a separator, nothing).
 */
export function parseFilePath(text: string, isForMembers: boolean): FilePath | undefined {
  if (text.length > MAX_PATH_LENGTH || !text.startsWith('/')) return undefined;
  const parts = text.slice(1).split('/');
  const passkey = isForMembers ? parts.shift() : undefined;
  const hash = parts.shift();
  if (isForMembers && (passkey === undefined || !isPasskey(passkey))) return undefined;
  if (hash === undefined || !/^[0-9a-f]{40}$/i.test(hash) || parts.length === 0) return undefined;
  const path: string[] = [];
  for (const part of parts) {
    const name = nameFrom(part);
    if (name === undefined) return undefined;
    path.push(name);
  }
  return { passkey, infoHash: infoHashFromHex(hash), path };
}

/** node:http takes no URL with bytes beyond ASCII. */
function nameFrom(part: string): string | undefined {
  const bytes = Buffer.from(part, 'latin1');
  const escapes = part.split('%').length - 1;
  if (bytes.length < 3 * escapes) return undefined;
  const decoded = Buffer.alloc(bytes.length - 2 * escapes);
  if (!decodeExactly(bytes, 0, bytes.length, decoded)) return undefined;
  try {
    return safeName(decoded, 'path');
  } catch {
    return undefined; // a name that no torrent can have
  }
}

/** The folder of a torrent's files below an origin, with the slash at its end behind which BEP 19 has clients put the name. */
export function torrentFilesPath(infoHash: InfoHash, passkey: string | undefined): string {
  const member = passkey === undefined ? '' : `${passkey}/`;
  return `files/${member}${infoHashToHex(infoHash)}/`;
}

/** The path of one file, relative to the origin and percent-encoded; `path` begins with the torrent's name. */
export function filePath(infoHash: InfoHash, path: readonly string[], passkey?: string): string {
  const names = path.map((name) => percentEncode(Buffer.from(name)));
  return `${torrentFilesPath(infoHash, passkey)}${names.join('/')}`;
}
