import { decodeBencode } from '../../src/bittorrent/bencode.ts';

/** The counts of a swarm as a tracker tells them (BEP 48). */
export interface ScrapedSwarm {
  readonly complete: number;
  readonly incomplete: number;
  readonly downloaded: number;
}

/** Scrapes one swarm over HTTP; zeroes when the tracker does not know it. */
export async function scrape(origin: string, infoHash: string): Promise<ScrapedSwarm> {
  const response = await fetch(`${origin}/scrape?info_hash=${infoHash.replace(/../g, '%$&')}`);
  const answer = decodeBencode(new Uint8Array(await response.arrayBuffer())) as {
    readonly files?: Readonly<Record<string, ScrapedSwarm>>;
    readonly 'failure reason'?: Uint8Array;
  };
  if (answer['failure reason'] !== undefined)
    throw new Error(`scrape: ${Buffer.from(answer['failure reason']).toString()}`);
  const { complete = 0, incomplete = 0, downloaded = 0 } = Object.values(answer.files ?? {})[0] ?? {};
  return { complete, incomplete, downloaded };
}
