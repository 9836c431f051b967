import type { Knex } from 'knex';
import type { TorrentCredit } from '../user-store.ts';
import { bumpRevision } from './sequence-table.ts';
import { selectSetting, upsertSetting } from './setting-table.ts';

/** The name under which the settings keep until when no download counts. */
const FREELEECH = 'freeleech-until';

/** The torrents that do not count as usual. */
export async function selectCredits(knex: Knex): Promise<TorrentCredit[]> {
  const records = await knex('torrent_credits').orderBy('info_hash');
  return records.map((record) => ({
    infoHash: new Uint8Array(record.info_hash),
    uploadPercent: Number(record.upload_percent),
    downloadPercent: Number(record.download_percent),
  }));
}

/** Says how a torrent counts, within the caller's transaction; 100 and 100 forgets it. */
export async function upsertCredit(trx: Knex, credit: TorrentCredit): Promise<void> {
  const { uploadPercent, downloadPercent } = credit;
  const info_hash = Buffer.from(credit.infoHash);
  if (uploadPercent === 100 && downloadPercent === 100)
    await trx('torrent_credits').where({ info_hash }).delete();
  else
    await trx('torrent_credits')
      .insert({ info_hash, upload_percent: uploadPercent, download_percent: downloadPercent })
      .onConflict('info_hash')
      .merge();
  await bumpRevision(trx, 'users');
}

/** Until when no download counts, unix seconds; 0 when that was never said. */
export async function selectFreeleech(knex: Knex): Promise<number> {
  const value = await selectSetting(knex, FREELEECH);
  return value === undefined ? 0 : Number(Buffer.from(value).toString('latin1'));
}

/** Says until when, within the caller's transaction. */
export async function upsertFreeleech(trx: Knex, untilSeconds: number): Promise<void> {
  await upsertSetting(trx, FREELEECH, Buffer.from(String(untilSeconds)));
  await bumpRevision(trx, 'users');
}
