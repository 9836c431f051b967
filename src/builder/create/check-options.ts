import { fromHex } from '../../bittorrent/hex.ts';
import { MAX_ADDRESSES } from '../../bittorrent/metainfo/addresses.ts';
import { TORRENT_VERSIONS } from '../../bittorrent/metainfo/metainfo.ts';
import { BuilderError, quoted } from '../hashing/errors.ts';
import type { CreateTorrentOptions } from '../options.ts';
import { checkPieceLengthOption } from '../piece-length.ts';
import { checkAnnounceTiers, checkDhtNodes, checkHttpSeeds, checkUpdateUrl, checkWebSeeds } from '../urls.ts';

/** Characters of one text. */
const MAX_TEXT = 1024 * 1024;

/**
 * Looks at all that can be wrong before a file is touched.
 * @throws {BuilderError} ERR_OPTION, naming the option.
 */
export function checkOptions(options: CreateTorrentOptions): void {
  checkVersion(options.version);
  checkAddresses(options);
  checkPieceLengthOption(options.pieceLength);
  checkTexts(options);
  checkDate(options.creationDate);
  for (const hash of options.similar ?? []) checkHash(hash, 'a similar torrent');
  for (const list of [options.similar ?? [], options.collections ?? []])
    if (list.length > MAX_ADDRESSES)
      throw new BuilderError(
        'ERR_OPTION',
        `nobody reads more than ${MAX_ADDRESSES} similar torrents or collections`,
      );
  if (options.expectInfoHash !== undefined) checkHash(options.expectInfoHash, 'the expected torrent');
}

function checkVersion(version: string = 'v1'): void {
  const versions: readonly string[] = TORRENT_VERSIONS;
  if (!versions.includes(version))
    throw new BuilderError(
      'ERR_OPTION',
      `there is no version ${quoted(version)}: it is one of ${versions.join(', ')}`,
    );
}

function checkAddresses(options: CreateTorrentOptions): void {
  const { announceTiers = [], webSeeds = [], httpSeeds = [], dhtNodes = [], updateUrl } = options;
  checkAnnounceTiers(announceTiers);
  checkWebSeeds(webSeeds);
  checkHttpSeeds(httpSeeds);
  checkDhtNodes(dhtNodes);
  if (updateUrl !== undefined) checkUpdateUrl(updateUrl);
  for (const list of [announceTiers.flat(), webSeeds, httpSeeds, dhtNodes])
    if (list.length > MAX_ADDRESSES)
      throw new BuilderError(
        'ERR_OPTION',
        `more than ${MAX_ADDRESSES} URLs of a kind are not read by anybody`,
      );
  if (options.isPrivate === true && dhtNodes.length > 0)
    throw new BuilderError(
      'ERR_OPTION',
      'a private torrent has no DHT nodes: its peers come from trackers (BEP 27)',
    );
}

function checkTexts({ comment, source, createdBy, collections = [] }: CreateTorrentOptions): void {
  for (const text of [comment, source, createdBy, ...collections])
    if (text !== undefined && text.length > MAX_TEXT)
      throw new BuilderError(
        'ERR_OPTION',
        `a text of more than ${MAX_TEXT} characters has no place in a torrent`,
      );
  if (source === '' || collections.includes(''))
    throw new BuilderError('ERR_OPTION', 'the source and the names of collections must not be empty');
}

function checkDate(date: CreateTorrentOptions['creationDate']): void {
  if (typeof date === 'number' && !(Number.isSafeInteger(date) && date >= 0))
    throw new BuilderError('ERR_OPTION', 'the creation date must be a whole number of Unix seconds');
}

function checkHash(text: string, whose: string): void {
  if (![40, 64].includes(text.length) || fromHex(text) === undefined)
    throw new BuilderError(
      'ERR_OPTION',
      `the info-hash of ${whose}, ${quoted(text.slice(0, 100))}, must have 40 or 64 hexadecimal digits`,
    );
}
