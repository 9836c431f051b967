import type { Command } from 'commander';
import type { TorrentPreferences } from '../seeder/torrents/torrent-preferences.ts';

/** What a command line chooses for one torrent; undefined where it says nothing. */
export interface PreferenceFlags {
  readonly sequential?: boolean;
}

/** Adds the options by which something is chosen for one torrent. */
export function addPreferenceOptions(command: Command): Command {
  return command
    .option('--sequential', 'fetch its pieces in their order')
    .option('--no-sequential', 'fetch the rarest of its pieces first (default)');
}

/** What was chosen. */
export function preferencesOf({ sequential }: PreferenceFlags): Partial<TorrentPreferences> {
  return {
    ...(sequential !== undefined && { isSequential: sequential }),
  };
}
