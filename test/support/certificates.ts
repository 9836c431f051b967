import { join } from 'node:path';
import { runProcess } from './processes.ts';
import { findTool } from './tools.ts';

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
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`],
    ...(hosts === '' ? [] : ['-addext', `subjectAltName=${hosts}`]),
  ]);
  return { cert, key };
}

/** Runs openssl to its end. */
export async function openssl(args: readonly string[]): Promise<void> {
  await runProcess(findTool('openssl') ?? 'openssl', args, { name: 'openssl', deadlineMs: 30_000 });
}
