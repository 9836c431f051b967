import { Command } from 'commander';
import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { MAX_SCRAPE_HASHES, type SwarmCounts } from '../../bittorrent/scrape.ts';
import type { Exchange } from '../../seeder/tracker-client/tracker-client.ts';
import {
  type AskFlags,
  addAskOptions,
  asking,
  printJson,
  readTrackerUrl,
  trackerFor,
} from '../ask-tracker.ts';
import { exchangeFacts, exchangeText } from '../exchange-output.ts';
import { CliError, usageError } from '../exit.ts';
import { INFO_HASH_HELP, readInfoHash } from '../info-hash-argument.ts';
import { abortOnInterrupt } from '../interrupt.ts';

/** `seedbed scrape URL HASH...`. */
export function scrapeCommand(): Command {
  const command = new Command('scrape')
    .description('ask any tracker over HTTP, UDP or WebSocket how many seeders and leechers torrents have')
    .argument('<URL>', 'the announce URL: http://, https://, udp://, ws:// or wss://')
    .argument('<HASH...>', `${INFO_HASH_HELP}; up to ${MAX_SCRAPE_HASHES}`)
    .addHelpText(
      'after',
      `
A torrent that the tracker does not know shows "-", or zeroes where the protocol has no word for it.

Examples:
  seedbed scrape udp://tracker.example.org:6969/announce film.torrent
  seedbed scrape --json http://localhost:6969/announce 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45`,
    );
  return addAskOptions(command).action(scrape);
}

async function scrape(urlText: string, hashTexts: readonly string[], flags: AskFlags): Promise<void> {
  const url = readTrackerUrl(urlText);
  const tracker = trackerFor(url, flags);
  if (hashTexts.length > MAX_SCRAPE_HASHES)
    throw usageError(
      `a scrape takes ${MAX_SCRAPE_HASHES} info-hashes at most, these are ${hashTexts.length}`,
    );
  const infoHashes: InfoHash[] = [];
  for (const text of hashTexts) infoHashes.push(await readInfoHash(text));
  using interrupt = abortOnInterrupt();
  const { reply, exchange } = await asking(url, flags, () => tracker.scrape(infoHashes, interrupt.signal));
  if ('failure' in reply) {
    if (flags.json === true) printJson({ url, ...exchangeFacts(exchange), ...reply });
    throw new CliError(`the tracker refused: ${reply.failure}`);
  }
  const found = new Map(reply.swarms.map((swarm) => [infoHashToHex(swarm.infoHash), swarm]));
  const rows = infoHashes.map(infoHashToHex).map((infoHash) => [infoHash, found.get(infoHash)] as const);
  if (flags.json === true) printJson(factsOf(url, exchange, rows));
  else process.stdout.write(`${table(rows)}${exchangeText(exchange)}\n`);
}

type Rows = readonly (readonly [infoHash: string, swarm: SwarmCounts | undefined])[];

function factsOf(url: string, exchange: Exchange, rows: Rows): object {
  const swarms = rows.map(([infoHash, swarm]) =>
    swarm === undefined
      ? { infoHash, isKnown: false }
      : {
          infoHash,
          isKnown: true,
          complete: swarm.complete,
          incomplete: swarm.incomplete,
          downloaded: swarm.downloaded,
        },
  );
  return { url, ...exchangeFacts(exchange), swarms };
}

function table(rows: Rows): string {
  const line = (infoHash: string, ...counts: readonly unknown[]): string =>
    `${infoHash.padEnd(40)}${counts.map((count) => String(count).padStart(11)).join('')}\n`;
  return [
    line('INFO-HASH', 'SEEDERS', 'LEECHERS', 'COMPLETED'),
    ...rows.map(([infoHash, swarm]) =>
      line(infoHash, swarm?.complete ?? '-', swarm?.incomplete ?? '-', swarm?.downloaded ?? '-'),
    ),
  ].join('');
}
