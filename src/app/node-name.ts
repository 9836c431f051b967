import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeDataFile } from '../api/data-file.ts';
import { checkNodeName } from '../config/settings/checks.ts';

const NAME_FILE = 'node-name';
const LETTERS = 'abcdefghijkmnpqrstuvwxyz';

/**
 * What this node is called in its database when the settings do not say: the machine's name and four letters, made once and kept in
 * the data folder, so that two nodes on one machine differ and a restart is the same node.
 */
export async function ensureNodeName(dataDir: string, machine = hostname()): Promise<string> {
  const path = join(dataDir, NAME_FILE);
  const present = (await readFile(path, 'utf8').catch(() => '')).trim(); // missing: the same as empty
  if (isNodeName(present)) return present;
  const letters = Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const name = `${
    machine
      .replaceAll(/[^A-Za-z0-9.-]/g, '')
      .replace(/^[.-]+/, '')
      .slice(0, 40) || 'node'
  }-${letters}`;
  await writeDataFile(path, `${name}\n`);
  return name;
}

function isNodeName(text: string): boolean {
  try {
    checkNodeName(text);
    return true;
  } catch {
    return false;
  }
}
