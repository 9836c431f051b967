import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../../../test/support/processes.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Installs the rivals that are npm packages, once, without their install scripts (some would fetch binaries). */
export async function installRivals(): Promise<void> {
  if (existsSync(`${folder}node_modules/bittorrent-tracker/server.js`)) return;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  await runProcess('npm', args, { cwd: folder, deadlineMs: 180_000 });
}
