import { ConfigError, type Origin } from './setting.ts';
import type { Config } from './settings.ts';

type Mode = Config['access'];

/** The two settings that name the access mode, and where they came from. */
export interface AccessSettings {
  readonly open: boolean;
  readonly access: Mode;
}

const RANKS: readonly Origin[] = ['default', 'file', 'environment', 'flag'];

/**
 * `--open` is short for `--access open`: the mode that the two name together. Where they differ, the stronger source wins.
 * @throws {ConfigError} when both come from the same source and differ.
 */
export function accessModeOf(
  { open, access }: AccessSettings,
  origins: { readonly open: Origin; readonly access: Origin },
): Mode {
  if (!open || access === 'open') return access;
  if (access === undefined) return 'open';
  const difference = RANKS.indexOf(origins.open) - RANKS.indexOf(origins.access);
  if (difference === 0) {
    throw new ConfigError(
      `"open" is short for "access = open", and "access" is "${access}" (both from the ${origins.open}): leave one out`,
    );
  }
  return difference > 0 ? 'open' : access;
}
