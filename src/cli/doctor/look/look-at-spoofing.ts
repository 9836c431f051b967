import { randomBytes } from 'node:crypto';
import { type AnnounceRequest, formatAnnounceUrl } from '../../../bittorrent/announce-request.ts';
import { decodeTrackerReply } from '../../../bittorrent/announce-response.ts';
import { type AddressFamily, formatAddress } from '../../../bittorrent/endpoint.ts';
import { makePeerId } from '../../../bittorrent/peer-id.ts';
import { httpGet } from '../../../seeder/tracker-client/http-get.ts';
import { openTracker } from '../../../seeder/tracker-client/open-tracker.ts';
import { outcomeOf, type SpoofEvidence } from '../evidence.ts';
import type { HttpQuestion } from './look-at-http.ts';

/** Addresses for documentation (RFC 5737, RFC 3849), which belong to nobody. */
const NOBODY: Readonly<Record<AddressFamily, readonly [forwarded: string, parameter: string]>> = {
  4: ['203.0.113.77', '203.0.113.78'],
  6: ['2001:db8::77', '2001:db8::78'],
};
const MAX_BYTES = 64 * 1024;

/**
 * Announces two peers at addresses that are not ours, the first as a proxy would, the second by the `ip` parameter, and looks whether
 * they are handed out there. To be done in a made-up swarm only; both take leave.
 */
export async function lookAtSpoofing(question: HttpQuestion): Promise<SpoofEvidence> {
  const { url, family, options, request, signal } = question;
  const [forwarded, parameter] = NOBODY[family];
  const asProxy = strangerOf(request, 2);
  const byParameter = { ...strangerOf(request, 3), ip: parameter };
  const headers = { 'X-Forwarded-For': forwarded };
  await tell(question, asProxy, headers);
  await tell(question, byParameter, {});
  const seen = await outcomeOf(() =>
    openTracker(url, options).announce({ ...request, event: 'none' }, signal),
  );
  await tell(question, { ...asProxy, event: 'stopped' }, headers);
  await tell(question, { ...byParameter, event: 'stopped' }, {});
  const peers = 'answer' in seen && 'peers' in seen.answer.reply ? seen.answer.reply.peers : [];
  const isHandedOut = (port: number, address: string): boolean =>
    peers.some((peer) => peer.port === port && formatAddress(peer.address) === address);
  return {
    isForwardedBelieved: isHandedOut(asProxy.port, forwarded),
    isParameterBelieved: isHandedOut(byParameter.port, parameter),
  };
}

function strangerOf(request: AnnounceRequest, number: number): AnnounceRequest {
  return {
    ...request,
    peerId: makePeerId(randomBytes(12)),
    port: request.port + number,
    key: number,
    event: 'started',
  };
}

/** What comes of it does not matter here. */
async function tell(
  { url, family, options, signal }: HttpQuestion,
  request: AnnounceRequest,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { timeoutMs, userAgent } = options;
  const bounds = { maxBytes: MAX_BYTES, timeoutMs, maxRedirects: 0, userAgent, signal };
  const how = { ...bounds, family, headers, isAnyCertificateTaken: true };
  await outcomeOf(async () => decodeTrackerReply((await httpGet(formatAnnounceUrl(url, request), how)).body));
  signal.throwIfAborted();
}
