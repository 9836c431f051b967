import type { Logger } from 'pino';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { SeederError } from '../errors.ts';
import type { NodeParts } from '../node-parts.ts';
import type { Torrent } from '../torrent.ts';
import { badPieces } from '../torrents/data-check.ts';
import type { TorrentTable } from '../torrents/torrent-table.ts';
import { mayRepair } from './repair.ts';

/** What is needed to deal with damage. */
export interface DamageParts {
  readonly transitions: {
    enter(torrent: Torrent): void;
    fail(torrent: Torrent, error: SeederError): void;
    rememberNow(torrent: Torrent): void;
  };
  readonly parts: Pick<NodeParts, 'announcer' | 'cache' | 'downloads' | 'counters'>;
  readonly torrents: TorrentTable;
  readonly logger: Logger;
}

/**
 * Pieces that a torrent had turned out not to match their hashes, in files that nobody has touched. From now on it has them no
 * more: they are not served, peers are told (BEP 54), and what is remembered says so. Then they are fetched again, where the files
 * are ours to write; else the torrent fails.
 */
export function handleDamage(torrent: Torrent, damaged: readonly number[], damage: DamageParts): void {
  const pieces = damaged.filter((piece) => torrent.hasPiece(piece));
  const [first] = pieces;
  if (first === undefined) return;
  const { transitions, parts, torrents, logger } = damage;
  parts.counters.corruptPieces += pieces.length;
  logger.warn(
    { infoHash: infoHashToHex(torrent.infoHash), piece: first, pieces: pieces.length },
    'pieces on disk do not match the torrent any more',
  );
  for (const piece of pieces) lose(torrent, piece, parts);
  for (const { wire } of torrent.peers) wire.wantsAgain(); // behind that: libtorrent does not believe it of a seed
  const isRepaired = mayRepair(torrent, parts, torrents);
  torrent.isRepairing ||= isRepaired && !torrent.isMirrored;
  transitions.rememberNow(torrent);
  if (isRepaired) return refetch(torrent, pieces, damage);
  const error = badPieces(torrent.metainfo, torrent.files, torrent.bitfield());
  if (error !== undefined) transitions.fail(torrent, error);
}

function lose(torrent: Torrent, piece: number, { cache }: DamageParts['parts']): void {
  torrent.removePiece(piece);
  cache.invalidate(torrent.storage, piece * torrent.pieceLength, torrent.pieceLength);
  for (const { wire } of [...torrent.peers]) wire.dontHave(piece); // some connections end by that
}

function refetch(torrent: Torrent, pieces: readonly number[], { transitions, parts }: DamageParts): void {
  if (parts.downloads.lost(torrent, pieces)) return;
  if (torrent.state === 'seeding')
    transitions.enter(torrent); // among those that are fetched
  else if (torrent.state === 'paused') {
    parts.downloads.start(torrent);
    parts.downloads.pause(torrent);
  }
  parts.announcer.completed(torrent); // it is no more: its trackers are to name seeds
}
