import { isIP } from 'node:net';
import { checkServerIdentity, connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { type Address, familyOf, formatAddress } from '../../../bittorrent/endpoint.ts';
import { printableLine } from '../../../bittorrent/text.ts';
import { asTrackerClientError } from '../../../seeder/tracker-client/tracker-client-error.ts';
import type { CertificateEvidence } from '../evidence.ts';

/** Certificates of a chain that are counted. */
const MAX_CHAIN = 10;

/** Where to look, and for how long. */
export interface CertificateQuestion {
  readonly host: string;
  readonly address: Address;
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Shakes hands with a TLS server at one of its addresses, whatever its certificate.
 * @throws {TrackerClientError} when there is no handshake; the signal's reason.
 */
export function lookAtCertificate(question: CertificateQuestion): Promise<CertificateEvidence> {
  const { host, address, port, timeoutMs } = question;
  const signal = AbortSignal.any([question.signal, AbortSignal.timeout(timeoutMs)]);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: formatAddress(address),
      port,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
    });
    const fail = (cause: unknown): void => {
      socket.destroy();
      reject(question.signal.aborted ? question.signal.reason : asTrackerClientError(cause, { timeoutMs }));
    };
    const abort = (): void => fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', fail);
    socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })); // in vain after the handshake
    });
    socket.on('secureConnect', () => {
      resolve({ ...evidenceFrom(socket, host), family: familyOf(address) });
      socket.end();
    });
  });
}

function evidenceFrom(socket: TLSSocket, host: string): Omit<CertificateEvidence, 'family'> {
  const certificate = socket.getPeerCertificate(true);
  const identityError = checkServerIdentity(host, certificate);
  const trustError = socket.authorizationError as unknown as string | undefined; // a code, whatever its type says
  return {
    names: printableLine(certificate.subjectaltname ?? textOf(certificate.subject?.CN), 200),
    issuer: printableLine(textOf(certificate.issuer?.O ?? certificate.issuer?.CN), 100),
    validFrom: new Date(certificate.valid_from),
    validTo: new Date(certificate.valid_to),
    chainLength: chainLengthOf(certificate),
    trustError: trustError === 'ERR_TLS_CERT_ALTNAME_INVALID' ? undefined : (trustError ?? undefined),
    isForHost: identityError === undefined,
    tlsVersion: socket.getProtocol() ?? 'unknown',
  };
}

function textOf(value: string | string[] | undefined): string {
  return [value ?? 'nobody'].flat().join(', ');
}

/** The last one names itself as its issuer, or none at all. */
function chainLengthOf(certificate: DetailedPeerCertificate): number {
  let length = 1;
  for (let at = certificate; at.issuerCertificate !== undefined && at.issuerCertificate !== at; ) {
    at = at.issuerCertificate;
    if (++length >= MAX_CHAIN) break;
  }
  return length;
}
