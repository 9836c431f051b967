import { type CertificateEvidence, isAnswered, type TrackerEvidence } from '../evidence.ts';
import { type Check, type Finding, note, ok, wrong } from '../finding.ts';

const DAY_MS = 24 * 3600 * 1000;
/** Certbot renews thirty days ahead: with so few left, renewal has failed. */
const SOON_DAYS = 14;

/** The TLS certificate of the server. */
export const TLS_CHECKS: readonly Check<TrackerEvidence>[] = [
  ({ certificates, host, now }) =>
    certificates.flatMap((seen): readonly Finding[] =>
      isAnswered(seen)
        ? certificateFindings(seen.answer, host, now)
        : [
            wrong(
              `tls.handshake${seen.family}`,
              `TLS over IPv${seen.family}: ${seen.error.message}`,
              'let the port speak TLS 1.2 or 1.3, or write http:// into the URL',
            ),
          ],
    ),
];

function certificateFindings(certificate: CertificateEvidence, host: string, now: Date): Finding[] {
  const findings = [validity(certificate, now), name(certificate, host), trust(certificate)].filter(
    (finding) => finding !== undefined,
  );
  const over = `over IPv${certificate.family}`;
  const till = certificate.validTo.toISOString().slice(0, 10);
  return findings.length > 0
    ? findings
    : [ok('tls.certificate', `the certificate ${over} is good until ${till} (${certificate.tlsVersion})`)];
}

function validity({ validFrom, validTo }: CertificateEvidence, now: Date): Finding | undefined {
  const days = Math.floor((validTo.getTime() - now.getTime()) / DAY_MS);
  const till = validTo.toISOString().slice(0, 10);
  if (validFrom > now)
    return wrong(
      'tls.not-yet',
      `the certificate is valid from ${validFrom.toISOString()} only`,
      'look at the clocks of this machine and the one that made it',
    );
  if (validTo <= now)
    return wrong(
      'tls.expired',
      `the certificate expired on ${till}`,
      'renew it, and let the server load it again',
    );
  if (days < SOON_DAYS)
    return note(
      'tls.expires-soon',
      `the certificate expires on ${till}`,
      'renew it now; see why that did not happen by itself (certbot renew --dry-run)',
    );
  return undefined;
}

function name({ isForHost, names }: CertificateEvidence, host: string): Finding | undefined {
  return isForHost
    ? undefined
    : wrong(
        'tls.name',
        `the certificate is for ${names}, not for ${host}`,
        `get one that names ${host}, or use a name of the certificate in the URL`,
      );
}

function trust({ trustError, issuer, chainLength }: CertificateEvidence): Finding | undefined {
  switch (trustError) {
    case undefined:
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return undefined; // told by its dates
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return wrong(
        'tls.self-signed',
        'the certificate is signed by itself: clients refuse it',
        "get one from an authority that clients know, such as Let's Encrypt",
      );
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return chainLength === 1
        ? wrong(
            'tls.chain',
            `the chain is not complete: the server sends its own certificate alone, and ${issuer} is not known here`,
            'let the server send the whole chain (fullchain.pem of certbot, not cert.pem)',
          )
        : untrusted(issuer);
    default:
      return untrusted(issuer);
  }
}

function untrusted(issuer: string): Finding {
  return wrong(
    'tls.untrusted',
    `the certificate comes from ${issuer}, whom nobody trusts here`,
    "get one from an authority that clients know, such as Let's Encrypt",
  );
}
