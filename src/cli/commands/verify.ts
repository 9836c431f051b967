import { Command } from 'commander';
import { readMetainfo } from '../../builder/read-metainfo.ts';
import { type VerifyResult, verify } from '../../builder/verify.ts';
import { saidNo } from '../exit.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { openProgress } from '../open-progress.ts';
import { wholeNumber } from '../torrent-file/numbers.ts';
import { verifyFacts } from '../torrent-file/verify-facts.ts';
import { verifyText } from '../torrent-file/verify-text.ts';

/** The flags of `seedbed verify`. */
interface VerifyFlags {
  readonly extraFiles?: true;
  readonly threads?: number;
  readonly json?: true;
  readonly quiet?: true;
}

const HELP = `
Each file is "ok", "missing", "unreadable", of "wrong size" or "wrong kind", has "bad pieces", or is "unsure": then its bad pieces
also hold bytes of files that are not there. Of a hybrid torrent both hashes have to match.
Exit codes: 0 complete, 1 not complete or failed, 2 wrong flags, 130 interrupted.

Examples:
  seedbed verify film.torrent ~/films/film.mkv
  seedbed verify album.torrent ~/Music --extra-files`;

/** `seedbed verify TORRENT PATH`. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('compare files with their torrent: which files and pieces are wrong or missing')
    .argument('<TORRENT>', 'the .torrent file')
    .argument('<PATH>', 'its file or folder, or the folder that contains it')
    .option('--extra-files', 'also list the files of the folder that the torrent does not have')
    .option('-t, --threads <N>', 'hashing threads (default: one a core)', wholeNumber(1, 64))
    .option('--json', 'print one JSON object, and progress as a JSON object a line on standard error')
    .option('-q, --quiet', 'print nothing but errors; the exit code tells')
    .addHelpText('after', HELP)
    .action(act);
}

async function act(torrent: string, path: string, flags: VerifyFlags): Promise<void> {
  const { metainfo } = await readMetainfo(torrent);
  using interrupt = abortOnInterrupt();
  const progress = openProgress({
    label: 'Checking',
    isJson: flags.json === true,
    isQuiet: flags.quiet === true,
  });
  let result: VerifyResult;
  try {
    result = await verify(metainfo, path, {
      findsExtraFiles: flags.extraFiles,
      threads: flags.threads,
      signal: interrupt.signal,
      onProgress: progress && (({ bytesDone, bytesTotal }) => progress.update(bytesDone, bytesTotal)),
    });
  } finally {
    progress?.finish();
  }
  const { info } = metainfo;
  if (flags.json === true)
    process.stdout.write(`${JSON.stringify(verifyFacts(metainfo, result), undefined, 2)}\n`);
  else if (flags.quiet !== true) process.stdout.write(verifyText(info.name, info.pieceCount, result));
  if (!result.isComplete) throw saidNo();
}
