import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDataFile } from './data-file.ts';

/** The file in the data folder that says where its running server answers. */
const SERVER_FILE = 'server.json';

/** Says where the server of a data folder answers, for the commands that hand over to it. */
export async function writeServerFile(dataDir: string, url: string): Promise<void> {
  await writeDataFile(join(dataDir, SERVER_FILE), `${JSON.stringify({ pid: process.pid, url })}\n`);
}

/** The server ends. */
export async function removeServerFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, SERVER_FILE), { force: true });
}

/** Where the server of a data folder said that it answers; it may have been killed since. */
export async function readServerUrl(dataDir: string): Promise<string | undefined> {
  try {
    const { url } = JSON.parse(await readFile(join(dataDir, SERVER_FILE), 'utf8')) as { url?: unknown };
    return typeof url === 'string' && URL.canParse(url) ? url : undefined;
  } catch {
    return undefined; // missing, or half written
  }
}
