import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/settings.ts';
import type { Persistence } from '../persistence/persistence.ts';
import { AccessControl } from '../tracker/access/access-control.ts';
import { parseAddressRange } from '../tracker/access/address-range.ts';
import { AddressRanges } from '../tracker/access/address-ranges.ts';
import { AddressRule } from '../tracker/access/address-rule.ts';
import { AnnouncerControl, ruleValue } from '../tracker/access/announcer-control.ts';
import { ClientRule } from '../tracker/access/client-rule.ts';
import { readHashList } from '../tracker/access/hash-list-file.ts';
import { type ListContent, ListFiles, type ListFilesOptions } from '../tracker/access/list-files.ts';
import { readRangeList } from '../tracker/access/read-range-list.ts';
import { TorrentAccess, type TorrentListName } from '../tracker/access/torrent-access.ts';
import { nowSeconds } from './clock.ts';
import type { StartedParts } from './started-parts.ts';

/** A list as it is shown. */
type Files = Pick<ListFiles<ListContent>, 'describe'>;

/** Who and what may be tracked. */
export interface StartedAccess {
  readonly torrents: TorrentAccess;
  readonly addresses: AddressRule;
  readonly clients: ClientRule;
  /** Changes what is tracked. */
  readonly control: AccessControl;
  /** Changes who may announce. */
  readonly announcers: AnnouncerControl;
  readonly files: Readonly<Record<TorrentListName | 'addresses', Files>>;
  /** Takes in what other nodes have changed. */
  reload(): Promise<void>;
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
  const [addresses, clients] = [new AddressRule(), new ClientRule()];
  const store = persistence.access;
  const control = new AccessControl({ store, access: torrents, nowSeconds });
  const announcers = new AnnouncerControl({
    store,
    addresses,
    clients,
    nowSeconds,
    configured: configuredRules(config),
  });
  const filesOf = async <Content extends ListContent>(
    paths: readonly string[],
    options: Pick<ListFilesOptions<Content>, 'read' | 'countOf' | 'use'>,
  ): Promise<Files> => {
    const files = new ListFiles<Content>({ ...options, paths: paths.map((path) => resolve(path)), logger });
    started.onStop(() => files.stop());
    await files.start();
    return files;
  };
  const torrentFiles = (name: TorrentListName, paths: readonly string[]): Promise<Files> =>
    filesOf(paths, {
      read: readHashList,
      countOf: ({ hashes }) => hashes.size,
      use: (contents) => {
        torrents[name].files = contents.map(({ hashes }) => hashes);
        control.changed();
      },
    });
  await control.load(config.access);
  await announcers.reload();
  const files = {
    allow: await torrentFiles('allow', config.allowList),
    deny: await torrentFiles('deny', config.denyList),
    addresses: await filesOf(config.denyAddresses.filter(isFile), {
      read: async (path, signal) => {
        const content = await readRangeList(path, signal);
        return { ...content, ranges: new AddressRanges(content.columns) };
      },
      countOf: ({ ranges }) => ranges.size,
      use: (contents) => {
        addresses.setFiles(contents.map(({ ranges }) => ranges));
        announcers.addressesChanged();
      },
    }),
  };
  const reload = async (): Promise<void> => {
    await control.reload();
    await announcers.reload();
  };
  return { torrents, addresses, clients, control, announcers, files, reload };
}

/** What is no range of addresses is the name of a file. */
function isFile(text: string): boolean {
  return parseAddressRange(text) === undefined;
}

function configuredRules(config: Config): ConstructorParameters<typeof AnnouncerControl>[0]['configured'] {
  return {
    'allow-client': config.allowClients.flatMap((text) => ruleValue('allow-client', text) ?? []),
    'deny-client': config.denyClients.flatMap((text) => ruleValue('deny-client', text) ?? []),
    'deny-address': config.denyAddresses.flatMap((text) => ruleValue('deny-address', text) ?? []),
  };
}
