import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Address, type AddressFamily, familyOf, parseAddress } from '../../bittorrent/endpoint.ts';
import { asTrackerClientError, TrackerClientError } from './tracker-client-error.ts';

/**
 * The addresses of a host, in the system's order, each once; of `family` alone when one is named. Resolves no later than `signal` aborts.
 * @throws {TrackerClientError} ERR_NAME when there is none, ERR_FAMILY when there is none of that family; the signal's reason.
 */
export async function resolveHost(
  host: string,
  family: AddressFamily | undefined,
  signal: AbortSignal,
): Promise<Address[]> {
  signal.throwIfAborted();
  const found = isIP(host) === 0 ? await addressesOf(host, signal) : [host];
  const all = [...new Set(found)].flatMap((text) => parseAddress(text) ?? []);
  const wanted = all.filter((address) => family === undefined || familyOf(address) === family);
  if (all.length === 0) throw new TrackerClientError('ERR_NAME', 'its host name has no address');
  if (wanted.length === 0) throw new TrackerClientError('ERR_FAMILY', `its host has no IPv${family} address`);
  return wanted;
}

/** A look-up cannot be called off; its result is then left to itself. */
async function addressesOf(host: string, signal: AbortSignal): Promise<string[]> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    const found = await Promise.race([lookup(host, { all: true, order: 'verbatim' }), promise]);
    return found.map(({ address }) => address);
  } catch (cause) {
    throw signal.aborted ? cause : asTrackerClientError(cause, { timeoutMs: 0 });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
