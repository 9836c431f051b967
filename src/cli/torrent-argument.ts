import type { TorrentView } from '../api/torrent-view.ts';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import { quoted } from '../bittorrent/text.ts';
import type { Config } from '../config/settings.ts';
import { CliError, usageError } from './exit.ts';
import { readInfoHash } from './info-hash-argument.ts';
import { loadSettings, type ParsedFlags } from './load-settings.ts';
import { requireServer, type ServerClient } from './server-client.ts';

/** What names a torrent of the running server, for the help of commands. */
export const TORRENT_HELP =
  'as seedbed list shows it; its first 8 digits will do while no other begins so; or a magnet link or .torrent file';

/** Digits of an info-hash that are enough where only one torrent begins with them. */
const MIN_PREFIX = 8;
/** All of a v1 info-hash has 40 digits, of a v2 one 64: by that a hybrid goes only in lists. */
const PREFIX = new RegExp(`^(?![0-9a-f]{40}$)[0-9a-f]{${MIN_PREFIX},64}$`, 'i');

/** Whether a text may be digits of an info-hash. */
export function isInfoHashLike(text: string): boolean {
  return PREFIX.test(text) || /^[0-9a-f]{40}$/i.test(text);
}

/** The digits with which an info-hash begins, or all of it. */
type TorrentArgument = { readonly prefix: string } | { readonly infoHash: InfoHash };

/** What a command does with torrents of the running server. */
export interface TorrentsWork {
  readonly client: ServerClient;
  readonly config: Config;
  /** 40 hexadecimal digits each, in the order in which they were named. */
  readonly infoHashes: readonly string[];
}

/**
 * Runs `work` with the running server and the torrents that the command line names. Nothing is asked of it before all of them
 * are known to be one torrent each; it is not run when only settings were to be printed.
 * @throws {CliError} for what is no info-hash, fits several torrents or none, and when no server runs.
 */
export async function withTorrents(
  texts: readonly string[],
  flags: ParsedFlags,
  work: (torrents: TorrentsWork) => Promise<void>,
): Promise<void> {
  const named: TorrentArgument[] = [];
  for (const text of texts) named.push(await parse(text));
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await requireServer(config.dataDir);
  const known = named.some((argument) => 'prefix' in argument) ? await client.list() : [];
  const infoHashes = named.map((argument) =>
    'prefix' in argument ? onlyOne(argument.prefix, known) : infoHashToHex(argument.infoHash),
  );
  await work({ client, config, infoHashes: [...new Set(infoHashes)] });
}

async function parse(text: string): Promise<TorrentArgument> {
  if (PREFIX.test(text)) return { prefix: text.toLowerCase() };
  if (/^[0-9a-f]{1,7}$/i.test(text))
    throw usageError(`${quoted(text)} is too short: name ${MIN_PREFIX} digits of the info-hash at least`);
  return { infoHash: await readInfoHash(text) };
}

function onlyOne(prefix: string, torrents: readonly Pick<TorrentView, 'infoHash' | 'infoHashV2'>[]): string {
  const [found, other] = torrents.filter(
    ({ infoHash, infoHashV2 }) => infoHash.startsWith(prefix) || infoHashV2?.startsWith(prefix) === true,
  );
  if (found === undefined) throw new CliError(`no torrent here begins with ${prefix}: see seedbed list`);
  if (other !== undefined)
    throw usageError(
      `both ${found.infoHash} and ${other.infoHash} begin with ${prefix}: name more of its digits`,
    );
  return found.infoHash;
}
