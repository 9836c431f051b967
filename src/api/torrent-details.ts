import { formatAddress } from '../bittorrent/endpoint.ts';
import { toHex } from '../bittorrent/hex.ts';
import { printableLine } from '../bittorrent/text.ts';
import type { TrackerStatus } from '../seeder/announcer/tracker-tiers.ts';
import type { ConnectedPeer } from '../seeder/peers/connected-peer.ts';
import type { Torrent } from '../seeder/torrent.ts';
import type { FileProgress } from '../seeder/torrents/file-progress.ts';
import { shownUrl, withoutSecretsOf } from './shown-url.ts';

/** A file of a torrent as the control API shows it. */
export interface FileView {
  /** Its number in the torrent, from 0, by which it is chosen (`filePriorities`); pad files are not counted. */
  readonly index: number;
  /** Below the torrent's name; of a torrent of one file that name. */
  readonly path: string;
  /** On this machine. */
  readonly diskPath: string;
  readonly lengthBytes: number;
  /** Of it, in pieces that are here and good. */
  readonly completedBytes: number;
  /** 0: it is not wanted; the higher, the earlier it is fetched. */
  readonly priority: number;
}

/** The pieces of a torrent as the control API shows them. */
export interface PiecesView {
  readonly pieceCount: number;
  readonly pieceLengthBytes: number;
  /** Base64 of a bit a piece, the first in the highest bit of the first byte (BEP 3): those that are here and good. */
  readonly bitfield: string;
  /** The same of those that are missing and to be fetched. */
  readonly wantedBitfield: string;
}

/** A connection of our seed node to a peer of a torrent, as the control API shows it. */
export interface ConnectionView {
  readonly address: string;
  /** That of the connection: a peer that came to us listens on another. */
  readonly port: number;
  /** 40 hexadecimal digits. */
  readonly peerId: string;
  readonly client: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly isEncrypted: boolean;
  /** Part of the torrent that it has, 0 to 1. */
  readonly progress: number;
  /** Since it connected. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly uploadBytesPerSecond: number;
  readonly downloadBytesPerSecond: number;
  /** It wants blocks of us; it may not ask for them; we want blocks of it; we may not ask for them. */
  readonly isInterested: boolean;
  readonly isChoked: boolean;
  readonly areWeInterested: boolean;
  readonly areWeChoked: boolean;
  /** It owes us blocks, and has sent none for half a minute. */
  readonly isSnubbed: boolean;
  /** The pieces that it has, as in {@link PiecesView}: only when it was asked for, and null beyond {@link MAX_BITFIELD_BYTES}. */
  readonly bitfield?: string | null;
}

/** Bytes of bitfields in one answer. */
const MAX_BITFIELD_BYTES = 8 * 1024 * 1024;

/** A tracker of a torrent as the control API shows it. */
export interface TrackerView {
  /** Without passkeys, and so not fit for announces. */
  readonly url: string;
  /** By which the torrent is announced to it, 40 hexadecimal digits: a hybrid goes by two, each with an entry of its own (BEP 52). */
  readonly infoHash: string;
  /** From 0; null for our own tracker, which is no part of the torrent's list. */
  readonly tier: number | null;
  readonly state: TrackerStatus['state'];
  /** What it said last, or what went wrong; null when there is nothing to say. */
  readonly message: string | null;
  /** Seeders and leechers that it counts; null when it has not said. */
  readonly seeders: number | null;
  readonly leechers: number | null;
  /** Peers that it named last, a hundred of them at most; none while nothing is missing, for then none are asked for. */
  readonly peers: readonly { readonly address: string; readonly port: number }[];
  /** Announces that failed since the last that did not. */
  readonly failures: number;
  /** What went wrong last, also when it has answered since, and how long ago that is; null when nothing ever has. */
  readonly lastError: string | null;
  readonly secondsSinceError: number | null;
  /** Null: there was none. */
  readonly secondsSinceAnnounce: number | null;
  /** Null: none is due. */
  readonly secondsUntilAnnounce: number | null;
}

/** Shows a file. */
export function fileView({ length, ...file }: FileProgress): FileView {
  return { ...file, lengthBytes: length };
}

/** Shows a peer: for holders of the token only. */
export function connectionView(peer: ConnectedPeer): ConnectionView {
  const { address, peerId, client, isOutgoing, bitfield: _bitfield, ...plain } = peer;
  return {
    ...plain,
    address: formatAddress(address),
    peerId: toHex(peerId),
    client: printableLine(client, 100),
    direction: isOutgoing ? 'outgoing' : 'incoming',
    uploadBytesPerSecond: Math.round(peer.uploadBytesPerSecond),
    downloadBytesPerSecond: Math.round(peer.downloadBytesPerSecond),
  };
}

/** Shows peers with the pieces that each has, as far as {@link MAX_BITFIELD_BYTES} go. */
export function connectionViewsWithPieces(peers: readonly ConnectedPeer[]): ConnectionView[] {
  let bytes = 0;
  return peers.map((peer) => {
    bytes += peer.bitfield.length;
    const bitfield = bytes > MAX_BITFIELD_BYTES ? null : toBase64(peer.bitfield);
    return { ...connectionView(peer), bitfield };
  });
}

/** Shows which pieces are here. */
export function piecesView(torrent: Torrent): PiecesView {
  return {
    pieceCount: torrent.pieceCount,
    pieceLengthBytes: torrent.pieceLength,
    bitfield: toBase64(torrent.bitfield()),
    wantedBitfield: toBase64(torrent.wanted()),
  };
}

/** Shows a foreign tracker. */
export function trackerView(tracker: TrackerStatus): TrackerView {
  const { url, infoHash, tier, state, message, complete, incomplete, peers, failures, lastError } = tracker;
  return {
    url: shownUrl(url),
    infoHash: toHex(infoHash),
    tier,
    state,
    message: shownMessage(message, url),
    seeders: complete ?? null,
    leechers: incomplete ?? null,
    peers: peers.map(({ address, port }) => ({ address: formatAddress(address), port })),
    failures,
    lastError: shownMessage(lastError, url),
    secondsSinceError: rounded(tracker.secondsSinceError),
    secondsSinceAnnounce: rounded(tracker.secondsSinceAnnounce),
    secondsUntilAnnounce: rounded(tracker.secondsUntilAnnounce),
  };
}

function shownMessage(message: string | undefined, url: string): string | null {
  return message === undefined ? null : printableLine(withoutSecretsOf(message, url));
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

function rounded(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.round(seconds);
}
