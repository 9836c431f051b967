import { setTimeout } from 'node:timers/promises';
import type { MirrorRequest } from '../api/mirrors.ts';
import { readServerUrl } from '../api/server-file.ts';
import type { ServerView } from '../api/server-view.ts';
import { readToken } from '../api/token.ts';
import type { TorrentView } from '../api/torrent-view.ts';
import { isDataFolderInUse } from '../persistence/data-folder-lock.ts';
import type { Deletion } from '../seeder/disk/delete-files.ts';
import { CliError, exitCode } from './exit.ts';
import { type LocalAnswer, localRequest } from './local-request.ts';

const PROBE_TIMEOUT_MS = 5_000;
/** A server that loads a million peers takes some seconds to start. */
const START_TIMEOUT_MS = 20_000;
const RETRY_MS = 100;
/** Publishing waits for the disk, not for a check. */
const REQUEST_TIMEOUT_MS = 60_000;
/** Data that is to take the place of other data, which is being served, is checked first: terabytes take hours. */
const PUBLISH_TIMEOUT_MS = 24 * 3_600_000;
/** A million files are deleted in minutes. */
const DELETE_TIMEOUT_MS = 3_600_000;
/** A server that gives a `.torrent` file may take a minute. */
const MIRROR_TIMEOUT_MS = 15 * 60_000;

/** Talks to the running server of a data folder through its control API. */
export class ServerClient {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /**
   * The running server of the data folder; undefined when none runs. Only who holds the folder is told the token, not who has
   * taken the port of a server that was killed. A server that is just starting is waited for.
   * @throws {CliError} when the folder is in use and its server does not answer.
   */
  static async find(dataDir: string): Promise<ServerClient | undefined> {
    const end = performance.now() + START_TIMEOUT_MS;
    while (isDataFolderInUse(dataDir)) {
      const [url, token] = await Promise.all([readServerUrl(dataDir), readToken(dataDir)]);
      const client = url === undefined || token === undefined ? undefined : new ServerClient(url, token);
      if (client !== undefined && (await client.#answers())) return client;
      if (performance.now() > end) {
        throw new CliError(
          `a server has the data folder ${dataDir}, but it does not answer: it is starting, stopping or overloaded; try again`,
        );
      }
      await setTimeout(RETRY_MS);
    }
    return undefined;
  }

  /** What there is to know of the server. */
  async server(): Promise<ServerView> {
    return (await this.call('GET', '/server')) as ServerView;
  }

  /** Where it answers on this machine: `http://127.0.0.1:6969`. */
  get url(): string {
    return this.#url;
  }

  /** Published torrents, newest first. */
  async list(): Promise<TorrentView[]> {
    const { torrents } = (await this.call('GET', '/torrents')) as { torrents: TorrentView[] };
    return torrents;
  }

  /** Has a torrent published. */
  async publish(publication: {
    torrent: Uint8Array;
    dataPath: string | null;
    resume: string | null;
  }): Promise<TorrentView> {
    const { torrent, dataPath, resume } = publication;
    return (await this.call(
      'POST',
      '/torrents',
      {
        torrent: Buffer.from(torrent).toString('base64'),
        dataPath,
        resume,
      },
      PUBLISH_TIMEOUT_MS,
    )) as TorrentView;
  }

  /** Has a torrent mirrored; a magnet link is accepted, and waits for its metadata. */
  async mirror(
    { source, target, isPaused, preferences, limits }: MirrorRequest,
    signal: AbortSignal,
  ): Promise<TorrentView> {
    const from =
      typeof source === 'string' ? { source } : { torrent: Buffer.from(source).toString('base64') };
    const rates = Object.entries(limits).map(([direction, rate]) => [direction, { bytesPerSecond: rate }]);
    const body = {
      ...from,
      target,
      isPaused,
      preferences,
      ...(rates.length > 0 && { limits: Object.fromEntries(rates) }),
    };
    return (await this.call('POST', '/torrents', body, MIRROR_TIMEOUT_MS, signal)) as TorrentView;
  }

  /** One torrent. */
  async torrent(infoHash: string): Promise<TorrentView> {
    return (await this.call('GET', `/torrents/${infoHash}`)) as TorrentView;
  }

  /** Stops publishing a torrent; its data stays. */
  async remove(infoHash: string): Promise<void> {
    await this.call('DELETE', `/torrents/${infoHash}`);
  }

  /** Stops publishing a torrent, and has its data deleted. */
  async removeWithData(infoHash: string): Promise<Deletion> {
    return (await this.call(
      'DELETE',
      `/torrents/${infoHash}?data=delete`,
      undefined,
      DELETE_TIMEOUT_MS,
    )) as Deletion;
  }

  async #answers(): Promise<boolean> {
    try {
      const { status } = await this.#send('GET', '/server', undefined, AbortSignal.timeout(PROBE_TIMEOUT_MS));
      return isSuccess(status);
    } catch {
      return false; // nobody listens there any more
    }
  }

  /**
   * Calls the control API; `path` lies below `/api/v1`. Resolves with the JSON of the answer, undefined when it has none.
   * @throws {CliError} with the server's own words, and when it does not answer.
   */
  async call(
    method: string,
    path: string,
    body?: object,
    timeoutMs = REQUEST_TIMEOUT_MS,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const until = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    const { status, body: text } = await this.#send(method, path, body, until).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw new CliError(
        `the server at ${this.#url} does not answer: ${(cause as Error).message}`,
        exitCode.failed,
        { cause },
      );
    });
    if (status === 204) return undefined;
    const answer = JSON.parse(text) as { error?: { message: string } };
    if (!isSuccess(status)) throw new CliError(answer.error?.message ?? `the server answered ${status}`);
    return answer;
  }

  #send(method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<LocalAnswer> {
    return localRequest(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
    });
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * The running server of a data folder.
 * @throws {CliError} when there is none.
 */
export async function requireServer(dataDir: string): Promise<ServerClient> {
  const client = await ServerClient.find(dataDir);
  if (client === undefined)
    throw new CliError(`no server runs on the data folder ${dataDir}: start it with seedbed serve`);
  return client;
}
