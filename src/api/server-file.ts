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
  const { url } = await readServerFile(dataDir);
  return typeof url === 'string' && URL.canParse(url) ? url : undefined;
}

/** The process that said so. */
export async function readServerPid(dataDir: string): Promise<number | undefined> {
  const { pid } = await readServerFile(dataDir);
  return Number.isInteger(pid) ? (pid as number) : undefined;
}

async function readServerFile(dataDir: string): Promise<{ readonly url?: unknown; readonly pid?: unknown }> {
  try {
    return JSON.parse(await readFile(join(dataDir, SERVER_FILE), 'utf8')) as { url?: unknown; pid?: unknown };
  } catch {
    return {}; // missing, or half written
  }
}
