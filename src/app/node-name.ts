import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeDataFile } from '../api/data-file.ts';
import { checkNodeName } from '../config/settings/checks.ts';

const NAME_FILE = 'node-name';
const LETTERS = 'abcdefghijkmnpqrstuvwxyz';

/**
 * What this node is called in its database: the name that is given; else the one of before, which the data folder keeps; else the machine's
 * name and four letters. So two nodes on one machine differ, and a restart is the same node.
 */
export async function ensureNodeName(
  dataDir: string,
  given: string | undefined,
  machine = hostname(),
): Promise<string> {
  const path = join(dataDir, NAME_FILE);
  const present = (await readFile(path, 'utf8').catch(() => '')).trim(); // missing: the same as empty
  const name = given ?? (isNodeName(present) ? present : makeName(machine));
  if (name !== present) await writeDataFile(path, `${name}\n`);
  return name;
}

function makeName(machine: string): string {
  const letters = Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const plain = machine.replaceAll(/[^A-Za-z0-9.-]/g, '').replace(/^[.-]+/, '');
  return `${plain.slice(0, 40) || 'node'}-${letters}`;
}

function isNodeName(text: string): boolean {
  try {
    checkNodeName(text);
    return true;
  } catch {
    return false;
  }
}
