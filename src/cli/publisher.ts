import type { Publication } from '../api/catalogue-types.ts';
import type { MirrorRequest } from '../api/mirrors.ts';
import type { TorrentView } from '../api/torrent-view.ts';
import { TorrentViews } from '../api/torrent-views.ts';
import type { App } from '../app.ts';
import { infoHashFromHex } from '../bittorrent/info-hash.ts';
import type { Config } from '../config/settings.ts';
import { PersistenceError } from '../persistence/errors.ts';
import { ServerClient } from './server-client.ts';
import { startServer } from './start-server.ts';

/** Where torrents are published: the running server of the data folder, or one that this process runs. */
export interface Publisher {
  readonly announceUrl: string;
  /** The tracker serves its users only. */
  readonly isPrivate: boolean;
  publish(publication: Publication & { readonly dataPath: string }): Promise<TorrentView>;
  /** Has a torrent fetched from its peers. */
  mirror(request: MirrorRequest, signal: AbortSignal): Promise<TorrentView>;
  /** One torrent as it is now. */
  torrent(infoHash: string): Promise<TorrentView>;
  /** Undefined when another process serves; else this process has to stay, and stops this at its end. */
  readonly app: App | undefined;
}

/** Finds the running server of the data folder, or starts one in this process. */
export async function openPublisher(config: Config): Promise<Publisher> {
  const client = await ServerClient.find(config.dataDir);
  return client === undefined ? startHere(config) : publisherBy(client);
}

async function publisherBy(client: ServerClient): Promise<Publisher> {
  return {
    ...(await client.server()),
    publish: (publication) => client.publish(publication),
    mirror: (request, signal) => client.mirror(request, signal),
    torrent: (infoHash) => client.torrent(infoHash),
    app: undefined,
  };
}

async function startHere(config: Config): Promise<Publisher> {
  try {
    const app = await startServer(config, config.logLevel);
    const views = new TorrentViews({ ...app, origin: () => app.origin });
    return {
      announceUrl: app.catalogue.announceUrl,
      isPrivate: config.privateTracker,
      publish: async (publication) => views.mirrored(await app.catalogue.add(publication)),
      mirror: async (request, signal) => views.mirrored(await app.mirrors.add(request, signal)),
      torrent: async (infoHash) => views.of(infoHashFromHex(infoHash)),
      app,
    };
  } catch (error) {
    if (!(error instanceof PersistenceError) || error.code !== 'ERR_DATA_FOLDER_IN_USE') throw error;
    const client = await ServerClient.find(config.dataDir); // another was quicker to start
    if (client === undefined) throw error;
    return publisherBy(client);
  }
}
