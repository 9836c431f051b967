import { ConfigError } from '../config/setting.ts';
import type { Config } from '../config/settings.ts';

/**
 * Looks at settings that depend on one another.
 * @throws {ConfigError} that says which cannot hold together, and what to do.
 */
export function checkTogether({ durability, database }: Config): void {
  if (durability === 'strict' && database === 'memory')
    throw new ConfigError(
      '--durability strict cannot be with --database memory, which keeps nothing: choose another database',
    );
}
