import { infoHashFromHex } from '../../bittorrent/info-hash.ts';
import { SeederError } from '../../seeder/errors.ts';
import { checkPreferences, type TorrentPreferences } from '../../seeder/torrents/torrent-preferences.ts';
import type { BareTorrent } from '../bare-torrents.ts';
import type { Publication } from '../catalogue-types.ts';
import { BadRequest } from '../errors.ts';
import type { MirrorRequest } from '../mirrors.ts';
import { WANTED_STATES, type WantedState } from '../torrent-intent.ts';
import { torrentChange } from './limit-bodies.ts';
import { recordOf } from './record-of.ts';

/** The longest name of a file on any system. */
const MAX_NAME_BYTES = 255;

/** What `PATCH /torrents/{infoHash}` changes: one of them at least. */
export interface TorrentChange {
  readonly isTracked?: boolean;
  /** `isPaused: true` says `paused`, and false `started`. */
  readonly state?: WantedState;
  readonly preferences?: Partial<TorrentPreferences>;
}

/** The body of `PATCH /torrents/{infoHash}`. @throws {BadRequest} */
export function changeFrom(body: unknown): TorrentChange {
  const { isTracked, isPaused, state, preferences, ...rest } = recordOf(body);
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new BadRequest(`"${unknown}" of a torrent cannot be changed`);
  if ([isTracked, isPaused, state, preferences].every((member) => member === undefined))
    throw new BadRequest('"isTracked" must be true or false, or "state" a state, or "preferences" an object');
  return {
    ...flagFrom('isTracked', isTracked),
    ...stateFrom(state, isPaused),
    ...(preferences !== undefined && { preferences: preferencesFrom(preferences) }),
  };
}

/** The query of `DELETE /torrents/{infoHash}`: whether the data goes too. It stays unless exactly that is said. @throws {BadRequest} */
export function isDataDeleted({ data, ...rest }: Readonly<Record<string, unknown>>): boolean {
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new BadRequest(`"${unknown}" says nothing of how a torrent is removed`);
  if (data !== undefined && data !== 'keep' && data !== 'delete')
    throw new BadRequest('"data" must be "keep" or "delete"');
  return data === 'delete';
}

/** The body of `POST /torrents` for a torrent of which only the info-hash is known. @throws {BadRequest} */
export function bareTorrentFrom({
  infoHash,
  name = '',
  lengthBytes = 0,
}: Readonly<Record<string, unknown>>): BareTorrent {
  if (typeof infoHash !== 'string') throw new BadRequest('"infoHash" must be 40 hexadecimal digits');
  if (typeof name !== 'string' || Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw new BadRequest(`"name" must be a text of ${MAX_NAME_BYTES} bytes at most`);
  if (!Number.isSafeInteger(lengthBytes) || (lengthBytes as number) < 0)
    throw new BadRequest('"lengthBytes" must be a whole number that is not negative');
  return { infoHash: infoHashFromHex(infoHash), name, lengthBytes: lengthBytes as number };
}

/** The body of `POST /torrents` for a torrent that is to be fetched. @throws {BadRequest} */
export function mirrorFrom({
  torrent,
  source,
  target,
  isPaused = false,
  preferences = {},
  limits,
  waits = false,
}: Readonly<Record<string, unknown>>): MirrorRequest {
  if (typeof target !== 'string' || !target.startsWith('/'))
    throw new BadRequest('"target" must be the absolute path of a folder on the server');
  if (typeof isPaused !== 'boolean') throw new BadRequest('"isPaused" must be true or false');
  if (typeof waits !== 'boolean') throw new BadRequest('"waits" must be true or false');
  const how = {
    target,
    isPaused,
    preferences: preferencesFrom(preferences),
    limits: limits === undefined ? {} : torrentChange(limits),
    waits,
  };
  if (typeof source === 'string' && torrent === undefined) return { source, ...how };
  if (source !== undefined || typeof torrent !== 'string' || torrent === '')
    throw new BadRequest(
      'either "torrent" must be a .torrent file in base64, or "source" a magnet link or URL',
    );
  return { source: Buffer.from(torrent, 'base64'), ...how };
}

/** The body of `POST /torrents` for a torrent with its `.torrent` file. @throws {BadRequest} */
export function publicationFrom({
  torrent,
  dataPath,
  resume,
  limits,
}: Readonly<Record<string, unknown>>): Publication {
  if (limits !== undefined) throw new BadRequest('"limits" are for what is fetched: they need a "target"');
  if (typeof torrent !== 'string' || torrent === '')
    throw new BadRequest('"torrent" must be the .torrent file in base64');
  if (
    dataPath !== undefined &&
    dataPath !== null &&
    (typeof dataPath !== 'string' || !dataPath.startsWith('/'))
  ) {
    throw new BadRequest('"dataPath" must be an absolute path on the server, or null');
  }
  if (resume !== undefined && resume !== null && typeof resume !== 'string')
    throw new BadRequest('"resume" must be a text or null');
  return { torrent: Buffer.from(torrent, 'base64'), dataPath: dataPath ?? null, resume: resume ?? null };
}

function preferencesFrom(value: unknown): Partial<TorrentPreferences> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadRequest('"preferences" must be an object');
  try {
    return checkPreferences(recordOf(value));
  } catch (error) {
    if (error instanceof SeederError) throw new BadRequest(error.message, { cause: error });
    throw error;
  }
}

function stateFrom(state: unknown, isPaused: unknown): Pick<TorrentChange, 'state'> {
  if (isPaused !== undefined && state !== undefined)
    throw new BadRequest('"state" and "isPaused" say the same: leave one of them out');
  if (isPaused !== undefined)
    return { state: flagFrom('isPaused', isPaused).isPaused === true ? 'paused' : 'started' };
  if (state === undefined) return {};
  const wanted = WANTED_STATES.find((word) => word === state);
  if (wanted === undefined) throw new BadRequest(`"state" must be one of ${WANTED_STATES.join(', ')}`);
  return { state: wanted };
}

function flagFrom<Name extends string>(name: Name, value: unknown): { readonly [Key in Name]?: boolean } {
  if (value === undefined) return {};
  if (typeof value !== 'boolean') throw new BadRequest(`"${name}" must be true or false`);
  return { [name]: value } as { readonly [Key in Name]?: boolean }; // the one member that the type has
}
