import type { Metainfo, MetainfoWarning } from '../../bittorrent/metainfo/metainfo.ts';
import { finding, type LintRule, type Severity } from './finding.ts';

/** Clocks that differ so much are nobody's worry. */
const CLOCK_SLACK_SECONDS = 86_400;

/** What the reader has noticed, with what to do about it. */
const NOTICED: Readonly<Record<MetainfoWarning['code'], readonly [code: string, Severity, how: string]>> = {
  WARN_INFO_NOT_CANONICAL: [
    'format.info-not-canonical',
    'warning',
    'keep the bytes as they are, or make another torrent of it: seedbed edit mends it with a change that takes --new-info-hash',
  ],
  WARN_NOT_CANONICAL: ['format.not-canonical', 'hint', 'seedbed edit puts the keys in order with any change'],
  WARN_TRAILING_BYTES: ['format.trailing-bytes', 'warning', 'seedbed edit leaves them out with any change'],
  WARN_NO_PIECE_LAYERS: [
    'format.no-piece-layers',
    'warning',
    'make it anew from the data: that brings them back, and the info-hash stays',
  ],
};

const noticed: LintRule = ({ metainfo: { warnings } }) =>
  warnings.map(({ code: warning, message: what }) => {
    const [code, severity, how] = NOTICED[warning];
    return finding(code, severity, { what, how });
  });

const futureDate: LintRule = ({ metainfo: { creationDate }, nowSeconds }) => {
  if (creationDate === undefined || creationDate <= nowSeconds + CLOCK_SLACK_SECONDS) return undefined;
  return finding('format.future', 'warning', {
    what: 'it was made in the future: the clock was wrong, or the date is in milliseconds',
    how: 'mend the date: seedbed edit --date now',
  });
};

const noTailPad: LintRule = ({ metainfo }) => {
  if (!lacksTailPad(metainfo)) return undefined;
  return finding('format.tail-pad', 'hint', {
    what: 'its last piece is not padded, as hybrids of libtorrent before 2.0.4: some clients take its v1 half for another torrent than its v2 half',
    how: 'make it anew with a pad file behind the last file; that is another info-hash',
  });
};

const v2Only: LintRule = ({ metainfo: { info } }) =>
  info.version !== 'v2'
    ? undefined
    : finding('format.v2-only', 'hint', {
        what: 'it is v2 only: clients that know v1 only, Transmission and aria2 among them, cannot load it',
        how: 'make a hybrid, if they shall',
      });

/** The form of the file, rather than what is in it. */
export const FORMAT_RULES: readonly LintRule[] = [noticed, futureDate, noTailPad, v2Only];

/** A hybrid whose last file ends within a piece, and nothing fills it up; a file that is alone needs no filling. */
function lacksTailPad({ info: { version, files, length, pieceLength } }: Metainfo): boolean {
  const count = files.filter(({ isPadding }) => !isPadding).length;
  return version === 'hybrid' && count > 1 && length % pieceLength !== 0;
}
