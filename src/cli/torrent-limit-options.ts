import type { Command } from 'commander';
import type { WantedTorrentLimits } from '../api/rate-limits.ts';
import { SETTINGS } from '../config/settings.ts';
import { usageError } from './exit.ts';
import type { ParsedFlags } from './load-settings.ts';
import { ownRateValue, wantedLimit } from './rate-value.ts';

/** What a command line that adds a torrent says of how fast that one may go. */
export interface TorrentLimitFlags {
  readonly torrentUpload?: number | 'none';
  readonly torrentDownload?: number | 'none';
}

/** Adds the options for the limits of the one torrent that is added; those of the server have other names. */
export function addTorrentLimitOptions(command: Command): Command {
  return command
    .option(
      '--torrent-download <RATE>',
      'fetch this torrent no faster, from its first byte on: 800K, 5M, 10mbit; seedbed limit INFO-HASH --download changes it',
      ownRateValue,
    )
    .option(
      '--torrent-upload <RATE>',
      'send this torrent no faster; seedbed limit INFO-HASH --upload changes it',
      ownRateValue,
    );
}

/** The limits that were given for the torrent. */
export function torrentLimitsOf({ torrentUpload, torrentDownload }: TorrentLimitFlags): WantedTorrentLimits {
  const [upload, download] = [wantedLimit(torrentUpload), wantedLimit(torrentDownload)];
  return { ...(upload !== undefined && { upload }), ...(download !== undefined && { download }) };
}

/** What is to be used in the place of a setting, when a server runs already. */
const OTHERS = {
  downloadLimit: ['--torrent-download', 'seedbed limit --download'],
  downloadLimitPerTorrent: ['--torrent-download', 'seedbed limit --download-per-torrent'],
  downloadLimitPerPeer: ['--torrent-download', 'seedbed limit --download-per-peer'],
  uploadLimit: ['--torrent-upload', 'seedbed limit --upload'],
  uploadLimitPerTorrent: ['--torrent-upload', 'seedbed limit --per-torrent'],
  uploadLimitPerPeer: ['--torrent-upload', 'seedbed limit --per-peer'],
} as const;

/**
 * Refuses limits of the server when it runs already: it would not hold them, and who named one must not find the line full.
 * @throws {CliError} that says what to use.
 */
export function refuseServerLimits(flags: ParsedFlags): void {
  for (const [key, [own, command]] of Object.entries(OTHERS))
    if (flags[key] !== undefined)
      throw usageError(
        `--${SETTINGS[key as keyof typeof OTHERS].flag} is a setting of the server, which runs already: ${own} RATE limits this torrent alone, ${command} RATE the server`,
      );
}
