import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { rangesOf } from '../../builder/verify/result.ts';
import type { VerifyResult } from '../../builder/verify.ts';

/** What was found, for programs. Lengths are bytes; pieces are given as ranges `[first, last]`. */
export function verifyFacts({ infoHash, info }: Metainfo, result: VerifyResult): object {
  return {
    isComplete: result.isComplete,
    infoHash: infoHashToHex(infoHash),
    name: info.name,
    root: result.root,
    lengthBytes: info.contentLength,
    goodBytes: result.goodBytes,
    pieceLength: info.pieceLength,
    pieceCount: info.pieceCount,
    goodPieces: result.goodPieces,
    badPieces: rangesOf(result.badPieces),
    files: result.files.map(({ torrentPath, length, state, reason, pieceCount, badRanges }) => ({
      path: [info.name, ...torrentPath].join('/'),
      lengthBytes: length,
      state,
      reason,
      pieceCount,
      badPieces: badRanges,
    })),
    extraFiles: result.extraFiles,
  };
}
