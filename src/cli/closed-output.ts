/**
 * Whoever reads our output may stop reading (`seedbed list | head -1`): what they do not want is dropped, and the command, or
 * the server that it runs, goes on to its end. Any other failure of the output, such as a full disk, ends the program with a
 * sentence and exit code 1: what was written is not whole.
 */
export function outliveClosedOutput(program: string): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      if (stream === process.stdout)
        process.stderr.write(`${program}: standard output cannot be written: ${error.message}\n`);
      process.exit(1);
    });
}
