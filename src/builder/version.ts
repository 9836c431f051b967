import { createRequire } from 'node:module';

/** The version of this package, as package.json has it; the same from source and compiled. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)('seedbed/package.json') as { version: string }; // our own file
  return version;
}
