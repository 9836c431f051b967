/**
 * Whoever reads our output may stop reading (`seedbed list | head -1`): what they do not want is dropped, and the command, or
 * the server that it runs, goes on to its end. Any other failure of the output ends the program as ever.
 */
export function outliveClosedOutput(
  streams: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr],
): void {
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}
