import { SETTINGS, type SettingKey } from '../config/settings.ts';
import type { ParsedFlags } from './load-settings.ts';

/** Settings that say something also where another process serves: where to find it, and how this one works. */
const OWN_SETTINGS: ReadonlySet<string> = new Set<SettingKey>(['dataDir', 'threads', 'logLevel']);

/** Tells of flags for a server when one runs already, which goes on as it was started. */
export function warnOfIgnoredFlags(flags: ParsedFlags): void {
  const ignored = Object.entries(SETTINGS)
    .filter(([key]) => flags[key] !== undefined && !OWN_SETTINGS.has(key))
    .map(([key, { flag }]) => (flags[key] === false ? `--no-${flag}` : `--${flag}`));
  if (ignored.length > 0)
    process.stderr.write(
      `seedbed: a server runs already and keeps its own settings: ${ignored.join(', ')} changes nothing here\n`,
    );
}
