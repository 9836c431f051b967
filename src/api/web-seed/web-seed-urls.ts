import { isPasskey } from '../../bittorrent/announce-path.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import type { AnnounceUrls } from '../announce-urls.ts';
import { torrentFilesPath } from './file-path.ts';

/** Whether files are served by HTTP, and to whom. */
export type WebSeedMode = 'off' | 'public' | 'members';

/**
 * Whether the files of a torrent may be had by HTTP. BEP 27: a private torrent is for those whom its tracker lets in. We know them
 * when it is our own tracker's alone, by their passkeys; a torrent that names other trackers is theirs to guard.
 */
export function isWebSeeded({ info, announceTiers }: Metainfo, mode: WebSeedMode): boolean {
  if (mode === 'off') return false;
  return !info.isPrivate || (mode === 'members' && announceTiers.length === 0);
}

/** The URLs of our own web seed (BEP 19), put into what is handed out, and known again in what comes in. */
export class WebSeedUrls {
  readonly #urls: AnnounceUrls;
  readonly #mode: WebSeedMode;

  constructor(urls: AnnounceUrls, mode: WebSeedMode) {
    this.#urls = urls;
    this.#mode = mode;
  }

  /**
   * Our web seed's URLs of a torrent for somebody who reached us by `origin`, as the announce URLs are. None for one that is not to be had
   * by HTTP, and on a private tracker none without a passkey.
   */
  urlsFor(metainfo: Metainfo, origin: string, passkey: string | undefined): string[] {
    if (!isWebSeeded(metainfo, this.#mode)) return [];
    if (this.#mode === 'members' && passkey === undefined) return [];
    const path = torrentFilesPath(metainfo.infoHash, this.#mode === 'members' ? passkey : undefined);
    return this.#urls.originsFor(origin).map((each) => `${each}/${path}`);
  }

  /** The torrent without the URLs of our own web seed. */
  withoutOwn(metainfo: Metainfo): Metainfo {
    const webSeeds = metainfo.webSeeds.filter((url) => !this.#isOwn(url, metainfo));
    return webSeeds.length === metainfo.webSeeds.length ? metainfo : { ...metainfo, webSeeds };
  }

  #isOwn(url: string, { infoHash }: Metainfo): boolean {
    const path = this.#urls.ownPath(url);
    if (path === undefined) return false;
    if (path === `/${torrentFilesPath(infoHash, undefined)}`) return true;
    const passkey = path.split('/')[2] ?? '';
    return isPasskey(passkey) && path === `/${torrentFilesPath(infoHash, passkey)}`;
  }
}
