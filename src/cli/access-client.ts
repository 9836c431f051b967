import type { TorrentView } from '../api/torrent-view.ts';
import { requireServer, type ServerClient } from './server-client.ts';

/** A list of torrents, as the control API shows it. */
export interface AccessListView {
  readonly entries: number;
  readonly files: readonly {
    readonly path: string;
    readonly entries: number;
    readonly badLines: number;
    readonly trouble: string | null;
  }[];
}

/** The access rules, as the control API shows them. */
export interface AccessView {
  readonly mode: string;
  readonly configuredMode: string | null;
  readonly allow: AccessListView;
  readonly deny: AccessListView;
  readonly addresses: {
    readonly entries: number;
    readonly ranges: number;
    readonly files: AccessListView['files'];
    readonly refused: number;
  };
  readonly clients: { readonly allow: number; readonly deny: number; readonly refused: number };
}

/** A rule about clients or addresses, as the control API shows it. */
export interface RuleView {
  readonly value: string;
  readonly isConfigured: boolean;
}

/** Info-hashes a request. */
const BATCH = 10_000;

/** Changes what the running server of a data folder tracks. */
export class AccessClient {
  readonly #server: ServerClient;

  private constructor(server: ServerClient) {
    this.#server = server;
  }

  /** @throws {CliError} when no server runs on the data folder. */
  static async find(dataDir: string): Promise<AccessClient> {
    return new AccessClient(await requireServer(dataDir));
  }

  /** The rules. */
  get(): Promise<AccessView> {
    return this.#server.call('GET', '/access') as Promise<AccessView>;
  }

  /** Changes the mode; resolves with the rules then. */
  setMode(mode: string): Promise<AccessView> {
    return this.#server.call('PUT', '/access', { mode }) as Promise<AccessView>;
  }

  /** Puts torrents on a list, or takes them off. Resolves with how many that changed. */
  async change(list: 'allow' | 'deny', infoHashes: readonly string[], isAdded: boolean): Promise<number> {
    let changed = 0;
    for (let start = 0; start < infoHashes.length; start += BATCH) {
      const batch = infoHashes.slice(start, start + BATCH);
      const body = isAdded ? { add: batch } : { remove: batch };
      const { added, removed } = (await this.#server.call('POST', `/access/${list}`, body)) as {
        added: number;
        removed: number;
      };
      changed += added + removed;
    }
    return changed;
  }

  /** What was put on a list by command or API, page by page. */
  async *list(list: 'allow' | 'deny'): AsyncGenerator<string> {
    for (let next: string | null = ''; next !== null; ) {
      const path = `/access/${list}?limit=${BATCH}${next === '' ? '' : `&after=${next}`}`;
      const page = (await this.#server.call('GET', path)) as { infoHashes: string[]; next: string | null };
      yield* page.infoHashes;
      next = page.next;
    }
  }

  /** Adds a rule about clients or removes it. */
  async changeClient(list: 'allow' | 'deny', prefix: string, isAdded: boolean): Promise<void> {
    await this.#server.call(
      isAdded ? 'PUT' : 'DELETE',
      `/access/clients/${list}/${encodeURIComponent(prefix)}`,
    );
  }

  /** Denies a range of addresses, or no longer. */
  async changeAddresses(range: string, isAdded: boolean): Promise<void> {
    await this.#server.call(isAdded ? 'PUT' : 'DELETE', `/access/addresses/${encodeURIComponent(range)}`);
  }

  /** The rules about clients. */
  clients(): Promise<Record<'allow' | 'deny', readonly RuleView[]>> {
    return this.#server.call('GET', '/access/clients') as Promise<
      Record<'allow' | 'deny', readonly RuleView[]>
    >;
  }

  /** The ranges of addresses that were denied one by one. */
  addresses(): Promise<{ readonly deny: readonly RuleView[] }> {
    return this.#server.call('GET', '/access/addresses') as Promise<{ readonly deny: readonly RuleView[] }>;
  }

  /** Switches the tracking of a registered torrent on or off; resolves with what it is then. */
  setTracked(infoHash: string, isTracked: boolean): Promise<TorrentView> {
    return this.#server.call('PATCH', `/torrents/${infoHash}`, { isTracked }) as Promise<TorrentView>;
  }
}
