import { formatMagnet, magnetOf } from '../bittorrent/magnet.ts';
import { encodeMetainfo } from '../bittorrent/metainfo/encode.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { AnnounceUrls } from './announce-urls.ts';
import type { BareTorrent } from './bare-torrents.ts';
import type { Entry } from './catalogue-entry.ts';
import { isGuardedElsewhere } from './guarded-elsewhere.ts';
import type { WebSeedUrls } from './web-seed/web-seed-urls.ts';

/** What the links to a torrent are made of. */
type LinkedTorrent = Pick<Entry, 'metainfo' | 'row'>;

/** What is handed out of a torrent. Our own URLs, of tracker and web seed, are put in afresh each time, since the node may be reached otherwise by then. */
export class TorrentLinks {
  readonly #urls: AnnounceUrls;
  readonly #webSeedUrls: WebSeedUrls;

  constructor(urls: AnnounceUrls, webSeedUrls: WebSeedUrls) {
    this.#urls = urls;
    this.#webSeedUrls = webSeedUrls;
  }

  /**
   * The torrent without URLs that lead to us, as it is stored; the announce URLs of a private one with other trackers too stay as they
   * are (BEP 27).
   */
  withoutOwnUrls(torrent: Metainfo): Metainfo {
    const metainfo = this.#webSeedUrls.withoutOwn(torrent);
    const isForeign = metainfo.announceTiers.flat().some((url) => !this.#urls.isOwn(url));
    if (metainfo.info.isPrivate && isForeign) return metainfo;
    const tiers = metainfo.announceTiers.map((tier) => tier.filter((url) => !this.#urls.isOwn(url)));
    return { ...metainfo, announceTiers: tiers.filter((tier) => tier.length > 0) };
  }

  /** The `.torrent` file for somebody who reached us by `origin`; with a passkey: for that user. */
  file(torrent: LinkedTorrent, origin: string, passkey?: string): Uint8Array {
    return encodeMetainfo(this.#linked(torrent, origin, passkey));
  }

  /** The magnet link for somebody who reached us by `origin` (BEP 9); with a passkey: for that user. */
  magnet(torrent: LinkedTorrent, origin: string, passkey?: string): string {
    return formatMagnet(magnetOf(this.#linked(torrent, origin, passkey)));
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
  #tiers(metainfo: Metainfo, origin: string, passkey: string | undefined): readonly (readonly string[])[] {
    if (isGuardedElsewhere(metainfo)) return metainfo.announceTiers;
    return [this.#urls.tierFor(origin, passkey), ...metainfo.announceTiers];
  }

  /** The torrent with our own URLs in it. */
  #linked(torrent: LinkedTorrent, origin: string, passkey: string | undefined): Metainfo {
    return {
      ...torrent.metainfo,
      announceTiers: this.#tiers(torrent.metainfo, origin, passkey),
      webSeeds: this.#webSeeds(torrent, origin, passkey),
    };
  }

  /** Ours first, because it has all of the data; where that does not lie here, the others alone. */
  #webSeeds({ metainfo, row }: LinkedTorrent, origin: string, passkey: string | undefined): string[] {
    const own = row.dataPath === null ? [] : this.#webSeedUrls.urlsFor(metainfo, origin, passkey);
    return [...own, ...metainfo.webSeeds];
  }
}
