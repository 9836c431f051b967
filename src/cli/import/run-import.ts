import { addressFromBytes, formatAddress } from '../../bittorrent/endpoint.ts';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { parseMetainfo } from '../../bittorrent/metainfo/parse.ts';
import { printableLine } from '../../bittorrent/text.ts';
import type { PhpTrackerPeer } from '../../persistence/mysql/phptracker.ts';
import { CliError } from '../exit.ts';
import type { ServerClient } from '../server-client.ts';
import type { ImportItem } from './import-item.ts';
import { ImportReport } from './import-report.ts';

/** Where to import to, and when to give up. */
export interface ImportRun {
  /** Undefined: nothing is imported, only counted. */
  readonly client: ServerClient | undefined;
  readonly signal: AbortSignal;
}

/**
 * Imports one thing after another. What the server refuses is passed over and told; what was imported before stays, and importing it
 * again changes nothing. Rejects when the server is gone or the signal aborts.
 */
export async function runImport(
  items: AsyncIterable<ImportItem>,
  { client, signal }: ImportRun,
): Promise<ImportReport> {
  const report = new ImportReport();
  for await (const item of items) {
    signal.throwIfAborted();
    try {
      await importItem(item, client, report);
    } catch (error) {
      if (!(error instanceof CliError) || error.cause !== undefined) throw error; // nobody answers any more
      report.passOver(labelOf(item), error.message);
    }
  }
  return report;
}

async function importItem(
  item: ImportItem,
  client: ServerClient | undefined,
  report: ImportReport,
): Promise<void> {
  switch (item.kind) {
    case 'torrent':
      if (client === undefined) parseMetainfo(item.torrent);
      else await client.publish({ torrent: item.torrent, dataPath: item.dataPath, resume: null });
      report.torrents++;
      if (item.dataPath !== null) report.seeded++;
      return;
    case 'bare':
      await client?.call('POST', '/torrents', bareBody(item));
      report.bare++;
      return;
    case 'listed':
      await client?.call('PUT', `/access/${item.list}/${item.infoHash}`);
      report.listed++;
      return;
    case 'peers':
      report.peers += client === undefined ? item.peers.length : await addPeers(client, item.peers);
      return;
    case 'bad':
      report.passOver(item.what, item.why);
  }
}

function bareBody({ infoHash, name, lengthBytes }: ImportItem & { readonly kind: 'bare' }): object {
  return { infoHash, ...(name !== undefined && { name }), ...(lengthBytes !== undefined && { lengthBytes }) };
}

/** Resolves with how many had a place: torrents that were passed over have none for their peers. */
async function addPeers(client: ServerClient, peers: readonly PhpTrackerPeer[]): Promise<number> {
  const body = peers
    .filter(({ port, expiresInSeconds }) => port > 0 && expiresInSeconds > 0)
    .map(({ infoHash, peerId, address, ...rest }) => ({
      infoHash: infoHashToHex(infoHash),
      peerId: infoHashToHex(peerId),
      ip: formatAddress(addressFromBytes(address)),
      ...rest,
    }));
  const { taken } = (await client.call('POST', '/peers', { peers: body })) as { taken: number };
  return taken;
}

function labelOf(item: ImportItem): string {
  switch (item.kind) {
    case 'torrent':
      return printableLine(item.label);
    case 'bad':
      return item.what;
    case 'peers':
      return 'peers';
    case 'bare':
    case 'listed':
      return item.infoHash;
  }
}
