import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { finding, type LintRule } from './finding.ts';

/** Clocks that differ so much are nobody's worry. */
const CLOCK_SLACK_SECONDS = 86_400;

const notCanonical: LintRule = ({ metainfo: { warnings } }) =>
  warnings.map(({ code, message }) =>
    code === 'WARN_INFO_NOT_CANONICAL'
      ? finding('format.info-not-canonical', 'warning', {
          what: message,
          how: 'keep the bytes as they are, or make another torrent of it: seedbed edit mends it with --new-info-hash',
        })
      : finding('format.not-canonical', 'hint', {
          what: message,
          how: 'seedbed edit puts the keys in order with any change',
        }),
  );

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
export const FORMAT_RULES: readonly LintRule[] = [notCanonical, futureDate, noTailPad, v2Only];

/** A hybrid folder whose last file with data ends within a piece, and nothing fills it up. */
function lacksTailPad({ info }: Metainfo): boolean {
  if (info.version !== 'hybrid' || !info.isMultiFile) return false;
  return info.length % info.pieceLength !== 0;
}
