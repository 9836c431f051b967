import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { AccessRuleRow, AccessStore, TorrentListKind } from '../access-store.ts';
import {
  deleteListed,
  deleteRule,
  insertListed,
  insertRule,
  selectListed,
  selectRules,
} from './access-table.ts';
import { bumpRevision } from './sequence-table.ts';
import { selectSetting, upsertSetting } from './setting-table.ts';
import type { SqlQueries } from './sql-queries.ts';

/** The setting that keeps the access mode. */
const MODE_NAME = 'access-mode';

/** The access rules of a database that knex reaches. */
export class SqlAccessStore implements AccessStore {
  readonly #queries: SqlQueries;

  constructor(queries: SqlQueries) {
    this.#queries = queries;
  }

  async loadAccessMode(): Promise<string | undefined> {
    const value = await this.#queries.read((knex) => selectSetting(knex, MODE_NAME));
    return value === undefined ? undefined : Buffer.from(value).toString();
  }

  saveAccessMode(mode: string): Promise<void> {
    return this.#queries.write(async (trx) => {
      const value = Buffer.from(mode);
      const standing = await selectSetting(trx, MODE_NAME);
      if (standing !== undefined && value.equals(standing)) return;
      await upsertSetting(trx, MODE_NAME, value);
      await bumpRevision(trx, 'access');
    });
  }

  addToList(list: TorrentListKind, infoHashes: readonly InfoHash[], nowSeconds: number): Promise<number> {
    return this.#queries.write((trx) => insertListed(trx, list, infoHashes, nowSeconds), {
      isRepeatable: false,
    });
  }

  removeFromList(list: TorrentListKind, infoHashes: readonly InfoHash[]): Promise<number> {
    return this.#queries.write((trx) => deleteListed(trx, list, infoHashes), { isRepeatable: false });
  }

  listAfter(list: TorrentListKind, after: InfoHash | null, limit: number): Promise<InfoHash[]> {
    return this.#queries.read((knex) => selectListed(knex, list, after, limit));
  }

  loadAccessRules(): Promise<AccessRuleRow[]> {
    return this.#queries.read(selectRules);
  }

  addAccessRule(rule: AccessRuleRow, nowSeconds: number): Promise<boolean> {
    return this.#queries.write((trx) => insertRule(trx, rule, nowSeconds), { isRepeatable: false });
  }

  removeAccessRule(rule: AccessRuleRow): Promise<boolean> {
    return this.#queries.write((trx) => deleteRule(trx, rule), { isRepeatable: false });
  }
}
