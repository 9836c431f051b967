import { ProtocolError } from './errors.ts';

declare const brand: unique symbol;

/** 20 bytes by which a client names itself for one session (BEP 3). */
export type PeerId = Uint8Array & { readonly [brand]: 'PeerId' };

/** Bytes of a peer id on the wire. */
export const PEER_ID_LENGTH = 20;

/** Our own prefix, Azureus style (BEP 20): client SB, version 0.1.0.0. */
const OWN_PREFIX = '-SB0100-';

/** Names of the clients that one meets most, by their Azureus-style two letters (BEP 20). */
const CLIENT_NAMES: ReadonlyMap<string, string> = new Map([
  ['AZ', 'Vuze'],
  ['BC', 'BitComet'],
  ['BI', 'BiglyBT'],
  ['BT', 'BitTorrent'],
  ['DE', 'Deluge'],
  ['FD', 'Free Download Manager'],
  ['KT', 'KTorrent'],
  ['LT', 'libtorrent'],
  ['SB', 'Seedbed'],
  ['TR', 'Transmission'],
  ['TX', 'Tuotu'],
  ['UT', 'uTorrent'],
  ['UM', 'uTorrent Mac'],
  ['WW', 'WebTorrent'],
  ['XL', 'Xunlei'],
  ['lt', 'rTorrent'],
  ['qB', 'qBittorrent'],
  ['rQ', 'rqbit'],
]);

/**
 * A copy of `bytes` as a peer id.
 * @throws {ProtocolError} ERR_PEER_ID unless there are 20 bytes.
 */
export function peerIdFromBytes(bytes: Uint8Array): PeerId {
  if (bytes.length !== PEER_ID_LENGTH) {
    throw new ProtocolError('ERR_PEER_ID', `a peer id has 20 bytes, this one has ${bytes.length}`);
  }
  return new Uint8Array(bytes) as PeerId; // the one constructor of the brand
}

/** Our own peer id: the prefix of Seedbed and 12 bytes that the caller drew at random. */
export function makePeerId(random: Uint8Array): PeerId {
  return peerIdFromBytes(Buffer.concat([Buffer.from(OWN_PREFIX, 'latin1'), random.subarray(0, 12)]));
}

/**
 * The client and version that a peer id tells, such as "Transmission 3.0.0", for people to read.
 * Falls back to "unknown". Never contains anything but what this table and digits or letters give.
 */
export function clientName(peerId: Uint8Array): string {
  const text = Buffer.from(peerId.buffer, peerId.byteOffset, peerId.byteLength).toString('latin1');
  const azureus = /^-([A-Za-z]{2})([0-9A-Za-z]{3})[0-9A-Za-z.~-]-/.exec(text);
  if (azureus !== null) {
    const [, letters = '', version = ''] = azureus;
    return `${CLIENT_NAMES.get(letters) ?? letters} ${[...version].map(versionDigit).join('.')}`;
  }
  const aria2 = /^A2-(\d+)-(\d+)-(\d+)/.exec(text);
  if (aria2 !== null) return `aria2 ${aria2.slice(1).join('.')}`;
  const mainline = /^M(\d+)-(\d+)-(\d+)-/.exec(text);
  if (mainline !== null) return `BitTorrent ${mainline.slice(1).join('.')}`;
  return 'unknown';
}

/** Azureus-style versions count on with letters after 9: A is 10. */
function versionDigit(character: string): string {
  return /[A-Za-z]/.test(character) ? String(Number.parseInt(character, 36)) : character;
}
