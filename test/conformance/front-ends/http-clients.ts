import { formatAnnounceUrl } from '../../../src/bittorrent/announce-request.ts';
import { decodeTrackerReply } from '../../../src/bittorrent/announce-response.ts';
import { ProtocolError } from '../../../src/bittorrent/errors.ts';
import { decodeScrapeReply, formatScrapeUrl } from '../../../src/bittorrent/scrape.ts';
import {
  type ClientAnnounce,
  type ClientReply,
  clientAt,
  type FrontEndHarness,
} from '../../../src/tracker/conformance.ts';
import { refusedWith, requestOf } from './requests.ts';

/** Clients that speak HTTP with a server on all loopback addresses. */
export class HttpClients implements FrontEndHarness {
  readonly #port: number;
  readonly #stop: () => Promise<unknown>;

  constructor(port: number, stop: () => Promise<unknown>) {
    this.#port = port;
    this.#stop = stop;
  }

  async announce(announce: ClientAnnounce): Promise<ClientReply> {
    const { event, family, passkey } = announce;
    const url = formatAnnounceUrl(this.#url(passkey, family), requestOf(announce));
    const reply = decodeTrackerReply(await bytesAt(event === 'unknown' ? `${url}&event=unheard-of` : url));
    if ('failure' in reply) return refusedWith(reply.failure);
    return {
      complete: reply.complete ?? -1,
      incomplete: reply.incomplete ?? -1,
      intervalSeconds: reply.intervalSeconds,
      peers: [...new Set(reply.peers.map(({ port }) => clientAt(port)))].sort(),
    };
  }

  async scrape(...[infoHashes, passkey]: Parameters<FrontEndHarness['scrape']>) {
    // With a passkey the last part of the URL is the passkey, not `announce`, so the convention of BEP 48 does not apply.
    const url = formatScrapeUrl(this.#url(undefined), infoHashes) ?? '';
    const withPasskey = passkey === undefined ? url : url.replace('/scrape?', `/scrape/${passkey}?`);
    try {
      return decodeScrapeReply(await bytesAt(withPasskey));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return error.message.replace('the tracker refused the scrape: ', '');
    }
  }

  async dispose(): Promise<void> {
    await this.#stop();
  }

  #url(passkey: string | undefined, family: 4 | 6 = 4): string {
    const host = family === 4 ? '127.0.0.1' : '[::1]';
    return `http://${host}:${this.#port}/announce${passkey === undefined ? '' : `/${passkey}`}`;
  }
}

async function bytesAt(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return new Uint8Array(await response.arrayBuffer());
}
