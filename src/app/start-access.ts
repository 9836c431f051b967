import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/settings.ts';
import type { Persistence } from '../persistence/persistence.ts';
import { AccessControl } from '../tracker/access/access-control.ts';
import { TorrentAccess, type TorrentListName } from '../tracker/access/torrent-access.ts';
import { TorrentListFiles } from '../tracker/access/torrent-list-files.ts';
import { nowSeconds } from './clock.ts';
import type { StartedParts } from './started-parts.ts';

/** Who and what may be tracked. */
export interface StartedAccess {
  readonly torrents: TorrentAccess;
  readonly control: AccessControl;
  readonly files: Readonly<Record<TorrentListName, TorrentListFiles>>;
}

/**
 * Reads the access rules from the database, the settings and their files.
 * @throws {AccessFileError} for a file that cannot be read.
 */
export async function startAccess(
  config: Config,
  persistence: Persistence,
  logger: Logger,
  started: StartedParts,
): Promise<StartedAccess> {
  const torrents = new TorrentAccess();
  const control = new AccessControl({ store: persistence.access, access: torrents, nowSeconds });
  await control.load(config.access);
  const filesOf = async (name: TorrentListName, paths: readonly string[]): Promise<TorrentListFiles> => {
    const files = new TorrentListFiles({
      list: torrents[name],
      paths: paths.map((path) => resolve(path)),
      logger,
      onChange: () => control.changed(),
    });
    started.onStop(() => files.stop());
    await files.start();
    return files;
  };
  const files = {
    allow: await filesOf('allow', config.allowList),
    deny: await filesOf('deny', config.denyList),
  };
  return { torrents, control, files };
}
