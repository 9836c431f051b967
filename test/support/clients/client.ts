import { withDeadline } from '../eventually.ts';
import { type CleanupOwner, Scope } from '../scope.ts';

/**
 * How a client is to encrypt (MSE/PE): `off` never; `preferred` first, and plain when that fails; `rc4` always, all of it;
 * `plain` always the handshake, and never what comes after it.
 */
export type ClientEncryption = 'off' | 'preferred' | 'rc4' | 'plain';

/** What a real client is asked to do. */
export interface ClientOptions {
  /** The path of a `.torrent`, or a magnet link. */
  readonly torrent: string;
  /** The folder that holds, or will hold, the torrent's data. */
  readonly folder: string;
  /** The address the client listens on and connects from; 127.0.0.1 by default. */
  readonly address?: string;
  /** The port for peers; a free one by default. */
  readonly port?: number;
  /** It is to announce to UDP trackers as well, which some clients do only when they are told to. */
  readonly speaksUdp?: boolean;
  /** A PEM file with the certificates that it is to trust for HTTPS trackers; the system's by default. */
  readonly trusted?: string;
  /** The client's own default when it is left out. */
  readonly encryption?: ClientEncryption;
  /** Limits in KiB/s, so that a test can act in mid-swarm; none by default. */
  readonly downloadLimitKiB?: number;
  readonly uploadLimitKiB?: number;
}

/** What a client knows of one of its peers. */
export interface PeerReport {
  readonly address: string;
  readonly port: number;
  /** Payload bytes received from this peer; undefined where the client does not tell. */
  readonly downloadedBytes: number | undefined;
}

/** The state of a running client. */
export interface ClientReport {
  /** Verified bytes on disk. */
  readonly haveBytes: number;
  /** Zero until the metadata of a magnet is there. */
  readonly totalBytes: number;
  readonly uploadedBytes: number;
  readonly isSeeder: boolean;
  readonly peers: readonly PeerReport[];
  /** What it says of its tracker, or of what went wrong; undefined where the client does not tell. */
  readonly message?: string;
}

/** A client that downloads, and goes on seeding until it is stopped. */
export interface RunningClient {
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  report(): Promise<ClientReport>;
  /** Resolves when all is downloaded and verified. Throws, with the client's output, when it fails or the deadline passes. */
  finished(deadlineMs: number): Promise<void>;
  /** Waits until the client has this share of the data, 0 to 1. */
  reached(share: number, deadlineMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** A kind of client. */
export interface Client {
  readonly name: string;
  start(owner: CleanupOwner, options: ClientOptions): Promise<RunningClient>;
}

/** Downloads with a client and stops it. Throws after the deadline or when `signal` aborts. */
export async function download(
  client: Client,
  { deadlineMs = 120_000, signal, ...options }: ClientOptions & { deadlineMs?: number; signal?: AbortSignal },
): Promise<void> {
  const scope = new Scope();
  try {
    const running = await client.start(scope, options);
    signal?.addEventListener('abort', () => void running.stop(), { once: true });
    await withDeadline(`${client.name} to finish`, running.finished(deadlineMs), deadlineMs + 1_000);
    signal?.throwIfAborted();
  } finally {
    await scope.end();
  }
}
