import { randomBytes, randomInt } from 'node:crypto';
import type { AnnounceRequest } from '../../../bittorrent/announce-request.ts';
import type { Endpoint } from '../../../bittorrent/endpoint.ts';
import { encodeUdpAnnounce } from '../../../bittorrent/udp-request.ts';
import { UdpConversation } from '../../../seeder/tracker-client/udp-conversation.ts';

/** Announces with a connection id that the tracker never gave. Waits `timeoutMs` for nothing to come. */
export async function lookAtForgedUdp(
  remote: Endpoint,
  request: AnnounceRequest,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<'silence' | 'error' | 'answer'> {
  const conversation = await UdpConversation.open(remote);
  try {
    const transactionId = randomInt(2 ** 32);
    const forged = { ...request, event: 'stopped', numWant: 0 } as const;
    const packet = encodeUdpAnnounce({ connectionId: randomBytes(8), transactionId }, forged);
    const reply = await conversation.ask({ packet, transactionId, kind: 'announce', timeoutMs, signal });
    if (reply === undefined) return 'silence';
    return reply.kind === 'error' ? 'error' : 'answer';
  } catch (error) {
    if (signal.aborted) throw error;
    return 'silence'; // an unreachable port says as little
  } finally {
    conversation.close();
  }
}
