import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeBencode } from '../../src/bittorrent/bencode.ts';
import { type CleanupOwner, cleanup } from './scope.ts';

/** A tracker that always answers the same: for tests of clients that need a peer, and of announcers. */
export interface FixedTracker {
  readonly url: string;
  /** The query of each announce so far. */
  readonly announces: URLSearchParams[];
  /** Resolves with the announce of this number, from 0. */
  announced(number: number): Promise<URLSearchParams>;
}

/** What it answers; by default no peers and an interval of half an hour. */
export type FixedAnswer = (request: IncomingMessage, response: ServerResponse) => void;

/** The answer with one peer at 127.0.0.1. */
export function peerAnswer(port: number): FixedAnswer {
  const peers = Buffer.from([127, 0, 0, 1, port >> 8, port & 255]);
  return (_request, response) => response.end(encodeBencode({ interval: 1800, peers }));
}

/** The answer that names one peer at ::1 (BEP 7). */
export function peer6Answer(port: number): FixedAnswer {
  const peers6 = Buffer.from([...new Uint8Array(15), 1, port >> 8, port & 255]);
  return (_request, response) =>
    response.end(encodeBencode({ interval: 1800, peers: new Uint8Array(0), peers6 }));
}

/** Starts a tracker on loopback; it ends with its owner. */
export async function startFixedTracker(owner: CleanupOwner, answer: FixedAnswer): Promise<FixedTracker> {
  const announces: URLSearchParams[] = [];
  const waiting = new Map<number, (query: URLSearchParams) => void>();
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://tracker');
    const number = announces.push(searchParams) - 1;
    answer(request, response);
    waiting.get(number)?.(searchParams);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(owner, () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`,
    announces,
    announced(number) {
      const seen = announces[number];
      if (seen !== undefined) return Promise.resolve(seen);
      return new Promise((resolve) => waiting.set(number, resolve));
    },
  };
}
