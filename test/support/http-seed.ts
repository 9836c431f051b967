import { decodeExactly } from '../../src/bittorrent/query.ts';
import type { Misbehaviour } from './file-server.ts';
import type { TorrentFixture } from './seeded-torrent.ts';

/** Serves a torrent as the script of an HTTP seed does (BEP 17). */
export function serveHttpSeed({ metainfo, data }: Pick<TorrentFixture, 'metainfo' | 'data'>): Misbehaviour {
  return (request, response) => {
    const query = new Map(
      (request.url ?? '')
        .slice((request.url ?? '').indexOf('?') + 1)
        .split('&')
        .map((pair) => pair.split('=') as [string, string]),
    );
    const hash = Buffer.from(query.get('info_hash') ?? '', 'latin1');
    const infoHash = new Uint8Array(20);
    if (!decodeExactly(hash, 0, hash.length, infoHash) || Buffer.compare(infoHash, metainfo.infoHash) !== 0)
      return Boolean(response.writeHead(404).end());
    const start = Number(query.get('piece')) * metainfo.info.pieceLength;
    const parts = (query.get('ranges') ?? '').split(',').map((range) => {
      const [first, last] = range.split('-').map(Number);
      return data.subarray(start + (first ?? 0), start + (last ?? 0) + 1);
    });
    const body = Buffer.concat(parts);
    return Boolean(response.writeHead(200, { 'Content-Length': body.length }).end(body));
  };
}
