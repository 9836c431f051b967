import { formatMagnet, magnetOf } from '../bittorrent/magnet.ts';
import { encodeMetainfo } from '../bittorrent/metainfo/encode.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { AnnounceUrls } from './announce-urls.ts';
import type { BareTorrent } from './bare-torrents.ts';

/** What is handed out of a torrent. Our own announce URLs are put in afresh each time, since the node may be reached otherwise by then. */
export class TorrentLinks {
  readonly #urls: AnnounceUrls;

  constructor(urls: AnnounceUrls) {
    this.#urls = urls;
  }

  /** The torrent without announce URLs that lead to us; a private one with other trackers too stays as it is (BEP 27). */
  withoutOwnTrackers(metainfo: Metainfo): Metainfo {
    const isForeign = metainfo.announceTiers.flat().some((url) => !this.#urls.isOwn(url));
    if (metainfo.info.isPrivate && isForeign) return metainfo;
    const tiers = metainfo.announceTiers.map((tier) => tier.filter((url) => !this.#urls.isOwn(url)));
    return { ...metainfo, announceTiers: tiers.filter((tier) => tier.length > 0) };
  }

  /** The `.torrent` file for somebody who reached us by `origin`; with a passkey: for that user. */
  file(metainfo: Metainfo, origin: string, passkey?: string): Uint8Array {
    return encodeMetainfo({ ...metainfo, announceTiers: this.#tiers(metainfo, origin, passkey) });
  }

  /** The magnet link for somebody who reached us by `origin` (BEP 9); with a passkey: for that user. */
  magnet(metainfo: Metainfo, origin: string, passkey?: string): string {
    return formatMagnet(magnetOf({ ...metainfo, announceTiers: this.#tiers(metainfo, origin, passkey) }));
  }

  /** The magnet link of a torrent of which no more is known than its info-hash. */
  bareMagnet({ infoHash, name, lengthBytes }: BareTorrent, origin: string, passkey?: string): string {
    return formatMagnet({
      infoHash,
      ...(name !== '' && { name }),
      ...(lengthBytes > 0 && { length: lengthBytes }),
      trackers: this.#urls.tierFor(origin, passkey),
      webSeeds: [],
      peers: [],
    });
  }

  /** BEP 27: to a private torrent that names other trackers we add none; peers may come from those alone. */
  #tiers(
    { info, announceTiers }: Metainfo,
    origin: string,
    passkey: string | undefined,
  ): readonly (readonly string[])[] {
    if (info.isPrivate && announceTiers.length > 0) return announceTiers;
    return [this.#urls.tierFor(origin, passkey), ...announceTiers];
  }
}
