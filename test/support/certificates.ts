import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from './processes.ts';
import type { CleanupOwner } from './scope.ts';
import { makeTempFolder } from './temp-folder.ts';
import { findTool } from './tools.ts';

/** A small key is made at once; the name of its file follows. */
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout'];

/** Files that openssl made. */
export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Has openssl make a key and a certificate that signs itself, so that a client that is given it trusts it. */
export async function makeCertificateFiles(
  folder: string,
  name: string,
  { hosts = 'DNS:localhost,IP:127.0.0.1,IP:::1' }: { hosts?: string } = {},
): Promise<MadeCertificate> {
  const cert = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  await openssl([
    ...['req', '-x509', ...NEW_KEY, key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`],
    ...(hosts === '' ? [] : ['-addext', `subjectAltName=${hosts}`]),
  ]);
  return { cert, key };
}

/** A key and a certificate with those who signed it, in PEM. */
export interface IssuedCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Where and when a certificate holds. */
export interface CertificateOptions {
  /** Such as `DNS:localhost,IP:127.0.0.1`. */
  readonly names?: string;
  /** From now; negative is in the past. */
  readonly daysFrom?: number;
  readonly daysTo?: number;
  /** With an authority between it and the root. */
  readonly hasIntermediate?: boolean;
}

/** A certificate authority of a test, made by the openssl program. */
export class CertificateAuthority {
  readonly #folder: string;
  /** The root certificate, in PEM. */
  readonly root: string;
  #count = 0;

  private constructor(folder: string, root: string) {
    this.#folder = folder;
    this.root = root;
  }

  static async create(owner: CleanupOwner): Promise<CertificateAuthority> {
    const folder = await makeTempFolder(owner);
    const subject = ['-subj', '/CN=Test Root', '-days', '3650'];
    await openssl(['req', '-x509', ...NEW_KEY, 'root.key', '-out', 'root.pem', ...subject], folder);
    return new CertificateAuthority(folder, await readFile(join(folder, 'root.pem'), 'utf8'));
  }

  /** A new key with a certificate by the root, or by an intermediate authority whose certificate follows. */
  async issue(options: CertificateOptions = {}): Promise<IssuedCertificate & { readonly leaf: string }> {
    const { names = 'DNS:localhost,IP:127.0.0.1,IP:::1', hasIntermediate = false } = options;
    const { daysFrom = -1, daysTo = 90 } = options;
    let signer = 'root';
    if (hasIntermediate) {
      await this.#sign('between', 'root', 'basicConstraints=critical,CA:true', [-10, 100]);
      signer = 'between';
    }
    const name = `leaf${this.#count++}`;
    await this.#sign(name, signer, `subjectAltName=${names}`, [daysFrom, daysTo]);
    const [key, leaf] = await Promise.all([this.#read(`${name}.key`), this.#read(`${name}.pem`)]);
    return { key, leaf, cert: hasIntermediate ? leaf + (await this.#read('between.pem')) : leaf };
  }

  /** `openssl ca` alone sets dates in the past, and it wants a folder of its own each time. */
  async #sign(
    name: string,
    signer: string,
    extension: string,
    [from, to]: readonly [number, number],
  ): Promise<void> {
    const folder = this.#folder;
    await writeFile(join(folder, `${name}.index`), '');
    await writeFile(
      join(folder, `${name}.conf`),
      `[ca]\ndefault_ca=it\n[it]\nnew_certs_dir=.\ndatabase=${name}.index\nrand_serial=yes\npolicy=any\ndefault_md=sha256\nx509_extensions=ext\nunique_subject=no\n[any]\ncommonName=supplied\n[ext]\n${extension}\n`,
    );
    const request = ['-out', `${name}.csr`, '-subj', `/CN=${name}`];
    await openssl(['req', '-new', ...NEW_KEY, `${name}.key`, ...request], folder);
    const by = ['-cert', `${signer}.pem`, '-keyfile', `${signer}.key`];
    const when = ['-startdate', asn1Time(from), '-enddate', asn1Time(to)];
    const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-notext', '-batch'];
    await openssl(['ca', '-config', `${name}.conf`, ...by, ...when, ...files], folder);
  }

  #read(file: string): Promise<string> {
    return readFile(join(this.#folder, file), 'utf8');
  }
}

/** Runs openssl to its end, in a folder where its files lie. */
export async function openssl(args: readonly string[], folder?: string): Promise<void> {
  const where = folder === undefined ? {} : { cwd: folder };
  await runProcess(findTool('openssl') ?? 'openssl', args, { name: 'openssl', deadlineMs: 30_000, ...where });
}

/** `20260101000000Z`, so many days from now. */
function asn1Time(days: number): string {
  const date = new Date(Date.now() + days * 24 * 3600 * 1000);
  return `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
}
