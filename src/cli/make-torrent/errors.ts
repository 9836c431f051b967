import { BuilderError } from '../../builder/hashing/errors.ts';
import { CliError, usageError } from '../exit.ts';

/** Says how a file that is there already is overwritten, and gives wrong options their exit code. */
export function asCliError(error: unknown): unknown {
  if (!(error instanceof BuilderError)) return error;
  if (error.code === 'ERR_OUTPUT_EXISTS')
    return new CliError(`${error.message} (--force overwrites it)`, undefined, { cause: error });
  if (error.code === 'ERR_OPTION') return usageError(error.message);
  return error;
}
