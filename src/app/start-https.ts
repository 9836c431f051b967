import type { Logger } from 'pino';
import { portError } from '../api/port-error.ts';
import type { Config } from '../config/settings.ts';
import { CertificateFiles } from '../tracker/http/certificate-files.ts';
import { TrackerHttpServer, type TrackerHttpServerOptions } from '../tracker/http/server.ts';
import type { StartedParts } from './started-parts.ts';

/** HTTPS on a port of its own. */
export interface StartedHttps {
  readonly server: TrackerHttpServer;
  readonly port: number;
  /** The host names and addresses that the certificate holds for. */
  readonly hosts: readonly string[];
}

/**
 * Starts the port for HTTPS, where the same answers as on the HTTP port; undefined without a certificate.
 * @throws {CertificateError} that says what is wrong with which file.
 * @throws {PortError} when the port is taken or not ours to take.
 */
export async function startHttps(
  config: Config,
  shared: Omit<TrackerHttpServerOptions, 'port' | 'certificate'> & { readonly logger: Logger },
  started: StartedParts,
): Promise<StartedHttps | undefined> {
  const { tlsCert, tlsKey, httpsPort, host } = config;
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const files = new CertificateFiles({ certPath: tlsCert, keyPath: tlsKey, logger: shared.logger });
  const { cert, key, hosts } = files.current;
  const server = new TrackerHttpServer({ ...shared, port: httpsPort, certificate: { cert, key } });
  const { port } = await server.start().catch((error: unknown) => {
    throw portError(error, { host, port: httpsPort, purpose: 'for HTTPS', flag: '--https-port' });
  });
  files.watch((next) => server.setCertificate({ cert: next.cert, key: next.key }));
  started.onStop(() => files.stop());
  return { server, port, hosts };
}
