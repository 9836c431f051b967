import { fromHex, toHex } from '../../../bittorrent/hex.ts';

/** What is said on the local network (BEP 14). */
export interface LocalMessage {
  /** The TCP port on which the sender takes peers. */
  readonly port: number;
  /** The swarms in which it is, 20 bytes each. */
  readonly infoHashes: readonly Uint8Array[];
  /** By which the sender knows its own messages. */
  readonly cookie: string | undefined;
}

/** Info-hashes in one message of ours: it stays below 1400 bytes. */
export const MAX_INFO_HASHES = 20;
/** Bytes of a message that are read. BEP 14 has 1400 at most. */
const MAX_BYTES = 1500;
const MAX_COOKIE = 64;
const FIRST_LINE = 'BT-SEARCH * HTTP/1.1';

/** The message as it is sent to a group; `host` names the group and its port. */
export function encodeLocalMessage(host: string, { port, infoHashes, cookie }: LocalMessage): Buffer {
  const lines = [FIRST_LINE, `Host: ${host}`, `Port: ${port}`];
  for (const infoHash of infoHashes) lines.push(`Infohash: ${toHex(infoHash)}`);
  if (cookie !== undefined) lines.push(`cookie: ${cookie}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n\r\n`, 'latin1');
}

/** Reads a message; undefined when it is none. Headers that it does not know are passed over, and info-hashes that are none. */
export function decodeLocalMessage(bytes: Uint8Array): LocalMessage | undefined {
  if (bytes.length > MAX_BYTES) return undefined;
  const [first = '', ...lines] = Buffer.from(bytes).toString('latin1').split('\r\n');
  if (first.toUpperCase() !== FIRST_LINE) return undefined;
  let port = 0;
  let cookie: string | undefined;
  const infoHashes: Uint8Array[] = [];
  for (const line of lines) {
    const [, name = '', value = ''] = /^([a-z]+):[ \t]*([^ \t]*)[ \t]*$/i.exec(line) ?? [];
    const header = name.toLowerCase();
    if (header === 'port') port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
    else if (header === 'cookie') cookie = value.slice(0, MAX_COOKIE);
    else if (header === 'infohash') {
      const infoHash = fromHex(value);
      if (infoHash?.length === 20) infoHashes.push(infoHash);
    }
  }
  if (port < 1 || port > 65535 || infoHashes.length === 0) return undefined;
  return { port, infoHashes, cookie };
}
