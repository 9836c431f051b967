import { readFile } from 'node:fs/promises';
import { readToken } from '../../src/api/token.ts';
import type { TorrentView } from '../../src/api/torrent-view.ts';
import type { RunningSeedbed } from '../../test/support/seedbed.ts';

/** The control API of a server under measurement: without a process of its own for each command. */
export interface Control {
  mirror(torrentPath: string, target: string): Promise<TorrentView>;
  publish(torrent: Uint8Array, dataPath: string, resume: string): Promise<TorrentView>;
  torrent(infoHash: string): Promise<TorrentView>;
  list(): Promise<readonly TorrentView[]>;
  remove(infoHash: string): Promise<void>;
}

/** Opens the control API of a server. */
export async function controlOf({ origin, dataDir }: RunningSeedbed): Promise<Control> {
  const token = await readToken(dataDir);
  const call = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as Answer;
  };
  return {
    mirror: async (path, target) =>
      call('POST', '/torrents', { torrent: (await readFile(path)).toString('base64'), target }),
    publish: (torrent, dataPath, resume) =>
      call('POST', '/torrents', { torrent: Buffer.from(torrent).toString('base64'), dataPath, resume }),
    torrent: (infoHash) => call('GET', `/torrents/${infoHash}`),
    remove: (infoHash) => call('DELETE', `/torrents/${infoHash}`),
    list: async () => (await call<{ torrents: TorrentView[] }>('GET', '/torrents')).torrents,
  };
}
