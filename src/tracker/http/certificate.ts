import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { formatAddress, parseAddress } from '../../bittorrent/endpoint.ts';

/** A certificate or key that cannot be used; the message says which file, why, and what to do. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code = 'ERR_CERTIFICATE';
}

/** A PEM file and its content. */
export interface PemFile {
  readonly path: string;
  readonly content: Buffer;
}

/** A certificate with its key: fit for node:tls. */
export interface Certificate {
  /** PEM: our certificate first, then those that lead to the root. */
  readonly cert: Buffer;
  /** PEM. */
  readonly key: Buffer;
  /** Host names and addresses for which it holds, without patterns. */
  readonly hosts: readonly string[];
  /** Milliseconds since 1970. */
  readonly validUntilMs: number;
}

/**
 * Checks a certificate and a key, and that they belong together.
 * @throws {CertificateError} that names the file.
 */
export function makeCertificate(certFile: PemFile, keyFile: PemFile): Certificate {
  const certificate = parseCertificate(certFile);
  const key = parseKey(keyFile);
  if (!certificate.checkPrivateKey(key))
    throw new CertificateError(
      `the key ${keyFile.path} does not belong to the first certificate in ${certFile.path}: give both files of one certificate, our own first in the chain`,
    );
  const [cert, keyPem] = [certFile.content, keyFile.content];
  try {
    createSecureContext({ cert, key: keyPem, minVersion: 'TLSv1.2' });
  } catch (cause) {
    throw new CertificateError(`the certificate ${certFile.path} cannot be used: ${reasonOf(cause)}`, {
      cause,
    });
  }
  return { cert, key: keyPem, hosts: hostsOf(certificate), validUntilMs: Date.parse(certificate.validTo) };
}

function parseCertificate({ path, content }: PemFile): X509Certificate {
  if (
    !content.includes('-----BEGIN CERTIFICATE-----') &&
    !content.includes('-----BEGIN TRUSTED CERTIFICATE-----')
  )
    throw new CertificateError(
      `${path} holds no certificate: --tls-cert takes a PEM file that begins with "-----BEGIN CERTIFICATE-----"`,
    );
  try {
    return new X509Certificate(content);
  } catch (cause) {
    throw new CertificateError(`the certificate in ${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

function parseKey({ path, content }: PemFile): KeyObject {
  const text = content.toString('latin1');
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw new CertificateError(
      `${path} holds no private key: --tls-key takes a PEM file that has a line like "-----BEGIN PRIVATE KEY-----"`,
    );
  if (/ENCRYPTED/.test(text))
    throw new CertificateError(
      `the key in ${path} is encrypted, and nobody is there to type its passphrase: decrypt it (openssl pkey -in ${path} -out FILE) and keep that file readable for the server alone`,
    );
  try {
    return createPrivateKey(content);
  } catch (cause) {
    throw new CertificateError(`the key in ${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/** Of `DNS:example.org, DNS:*.example.org, IP Address:192.0.2.1`, the first and the last. */
function hostsOf({ subjectAltName }: X509Certificate): string[] {
  const hosts = (subjectAltName ?? '')
    .split(', ')
    .map((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
  return hosts.flatMap((host) => {
    const address = parseAddress(host);
    if (address !== undefined) return formatAddress(address); // OpenSSL writes IPv6 addresses out in full
    return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host) ? host : [];
  });
}

/** OpenSSL's own word for what is wrong. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error && 'reason' in cause && typeof cause.reason === 'string') return cause.reason;
  return cause instanceof Error ? cause.message : String(cause);
}
