import { Agent, get } from 'node:http';
import { decodeTrackerReply } from '../../src/bittorrent/announce-response.ts';

/** Announces the peer of a port over HTTP. Resolves with whether the tracker said that it is listed; rejects when it is gone. */
export function announceHttp(
  server: { readonly origin: string },
  agent: Agent,
  port: number,
): Promise<boolean> {
  const query = `info_hash=${'%01'.repeat(20)}&peer_id=${'x'.repeat(20)}&port=${port}&uploaded=0&downloaded=0&left=1`;
  return new Promise((resolve, reject) => {
    const request = get(`${server.origin}/announce?${query}`, { agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve('peers' in decodeTrackerReply(Buffer.concat(parts))));
    });
    request.on('error', reject);
  });
}

/** Announces one peer after another over one connection, from this port on, and notes those that were answered, until the server is gone. */
export async function announceUntilGone(
  server: { readonly origin: string },
  first: number,
  acknowledged: Set<number>,
) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (let port = first; ; port++) if (await announceHttp(server, agent, port)) acknowledged.add(port);
  } catch {
    agent.destroy();
  }
}
