import { readServerUrl } from '../api/server-file.ts';
import { readToken } from '../api/token.ts';
import type { TorrentView } from '../api/torrent-view.ts';
import { CliError, exitCode } from './exit.ts';

const PROBE_TIMEOUT_MS = 5_000;
/** Publishing waits for the disk, not for a check. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Talks to the running server of a data folder through its control API. */
export class ServerClient {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** The running server of the data folder, or undefined when there is none (or only the traces of one that was killed). */
  static async find(dataDir: string): Promise<ServerClient | undefined> {
    const [url, token] = await Promise.all([readServerUrl(dataDir), readToken(dataDir)]);
    if (url === undefined || token === undefined) return undefined;
    const client = new ServerClient(url, token);
    return (await client.#answers()) ? client : undefined;
  }

  /** The URL that the server writes into torrents. */
  async announceUrl(): Promise<string> {
    const { announceUrl } = (await this.#call('GET', '/server')) as { announceUrl: string };
    return announceUrl;
  }

  /** Published torrents, newest first. */
  async list(): Promise<TorrentView[]> {
    const { torrents } = (await this.#call('GET', '/torrents')) as { torrents: TorrentView[] };
    return torrents;
  }

  /** Has a torrent published. */
  async publish(publication: {
    torrent: Uint8Array;
    dataPath: string;
    resume: string | null;
  }): Promise<TorrentView> {
    const { torrent, dataPath, resume } = publication;
    return (await this.#call('POST', '/torrents', {
      torrent: Buffer.from(torrent).toString('base64'),
      dataPath,
      resume,
    })) as TorrentView;
  }

  async #answers(): Promise<boolean> {
    try {
      const response = await this.#fetch('GET', '/server', undefined, PROBE_TIMEOUT_MS);
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false; // nobody listens there any more
    }
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await this.#fetch(method, path, body, REQUEST_TIMEOUT_MS).catch((cause: unknown) => {
      throw new CliError(
        `the server at ${this.#url} does not answer: ${(cause as Error).message}`,
        exitCode.failed,
        { cause },
      );
    });
    const answer = (await response.json()) as { error?: { message: string } };
    if (!response.ok) throw new CliError(answer.error?.message ?? `the server answered ${response.status}`);
    return answer;
  }

  #fetch(method: string, path: string, body: object | undefined, timeoutMs: number): Promise<Response> {
    return fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
  }
}
