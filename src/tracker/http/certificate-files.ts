import { readFileSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import { type Certificate, CertificateError, makeCertificate, type PemFile } from './certificate.ts';

/** Where a certificate and its key lie. */
export interface CertificateFilesOptions {
  /** PEM: our certificate, and behind it those that lead to the root. */
  readonly certPath: string;
  /** PEM, not encrypted. */
  readonly keyPath: string;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** How often the files are looked at; 2000. */
  readonly pollMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** A chain with everything in it has some kilobytes. */
const MAX_PEM_BYTES = 1024 * 1024;

/**
 * The certificate in two files, read again when they change. They are looked at every few seconds, through links: that finds what
 * certbot does (links that lead elsewhere), what containers do (a link to a folder that leads elsewhere), a file that is renamed
 * over another, and changes on network drives, of which the system tells nobody.
 */
export class CertificateFiles {
  readonly #options: CertificateFilesOptions;
  #current: Certificate;
  /** What the files looked like when they were last read. */
  #seen: string;
  #timer: NodeJS.Timeout | undefined;

  /** Reads the files. @throws {CertificateError} that says which is wrong, and how. */
  constructor(options: CertificateFilesOptions) {
    this.#options = options;
    this.#seen = this.#look();
    this.#current = this.#read();
    this.#warnOfAge();
  }

  /** The certificate as it was last found right. */
  get current(): Certificate {
    return this.#current;
  }

  /** Begins to look; `onChange` gets each new certificate. Ends with {@link stop}. */
  watch(onChange: (certificate: Certificate) => void): void {
    this.#timer ??= setInterval(() => this.#check(onChange), this.#options.pollMs ?? 2_000).unref();
  }

  /** Looks no more. Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A pair that is half written, or of which one is new and one old, is left alone until it changes again: one line a state. */
  #check(onChange: (certificate: Certificate) => void): void {
    const seen = this.#look();
    if (seen === this.#seen) return;
    this.#seen = seen;
    const { logger } = this.#options;
    try {
      const next = this.#read();
      if (next.cert.equals(this.#current.cert) && next.key.equals(this.#current.key)) return;
      onChange(next);
      this.#current = next;
      logger.info(
        { validUntil: new Date(next.validUntilMs).toISOString() },
        'the certificate was loaded again',
      );
      this.#warnOfAge();
    } catch (error) {
      logger.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        'the certificate has changed and cannot be used; the one before stays in use',
      );
    }
  }

  #read(): Certificate {
    const { certPath, keyPath } = this.#options;
    return makeCertificate(readPem(certPath, '--tls-cert'), readPem(keyPath, '--tls-key'));
  }

  /** Which files they are and when they were last touched; the time of change also tells of one that was renamed. */
  #look(): string {
    const { certPath, keyPath } = this.#options;
    return [certPath, keyPath].map(stateOf).join();
  }

  #warnOfAge(): void {
    const { now = Date.now, logger } = this.#options;
    if (this.#current.validUntilMs > now()) return;
    logger.warn(
      { validUntil: new Date(this.#current.validUntilMs).toISOString() },
      'the certificate has run out: clients will refuse it until it is renewed',
    );
  }
}

function stateOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return 'missing';
  }
}

function readPem(path: string, flag: string): PemFile {
  try {
    const { size } = statSync(path);
    if (size > MAX_PEM_BYTES) throw new Error('it has more than a mebibyte');
    return { path, content: readFileSync(path) };
  } catch (cause) {
    throw new CertificateError(`${path} (${flag}) cannot be read: ${wordsFor(cause)}`, { cause });
  }
}

function wordsFor(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'the server may not read it';
  if (code === 'EISDIR') return 'it is a folder';
  return cause instanceof Error ? cause.message : String(cause);
}
