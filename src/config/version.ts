import { readFileSync } from 'node:fs';

/** The version of the package, as package.json says. */
export const VERSION: string = readVersion();

/** package.json lies above `src/`, or above `dist/src/`. */
function readVersion(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
        name?: string;
        version: string;
      };
      if (manifest.name === 'seedbed') return manifest.version;
    } catch {
      // the other place, then
    }
  }
  return '0.0.0';
}
