import type { MetainfoWarning } from './metainfo.ts';

/** What was noticed while a metainfo file was read. */
export interface Noticed {
  readonly isInfoCanonical: boolean;
  /** Of the whole file, the info dictionary included. */
  readonly isRootCanonical: boolean;
  readonly hasTrailingBytes: boolean;
  /** A hybrid of which v2 clients have to ask peers for the hashes of pieces. */
  readonly lacksLayers: boolean;
}

/** What is readable, but is not as it should be, in words. */
export function warningsOf(noticed: Noticed): MetainfoWarning[] {
  const { isInfoCanonical, isRootCanonical, hasTrailingBytes, lacksLayers } = noticed;
  const warnings: MetainfoWarning[] = [];
  if (!isInfoCanonical)
    warnings.push({
      code: 'WARN_INFO_NOT_CANONICAL',
      message:
        'the info dictionary is not canonical bencode: programs that encode it anew find another info-hash',
    });
  else if (!isRootCanonical)
    warnings.push({
      code: 'WARN_NOT_CANONICAL',
      message:
        'outside of its info dictionary the file is not canonical bencode; the info-hash is unaffected',
    });
  if (hasTrailingBytes)
    warnings.push({
      code: 'WARN_TRAILING_BYTES',
      message: 'there are bytes behind the end of the file’s dictionary; the info-hash is unaffected',
    });
  if (lacksLayers)
    warnings.push({
      code: 'WARN_NO_PIECE_LAYERS',
      message: 'the hashes of v2 pieces are missing: clients have to ask peers for them (BEP 52)',
    });
  return warnings;
}
