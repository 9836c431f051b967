import { type Command, CommanderError } from 'commander';
import { ConfigError } from '../config/setting.ts';
import { CliError, ExitCode } from './exit.ts';

/**
 * Runs a commander program: results go to standard output, complaints to standard error, and the process ends with
 * 0 (done), 1 (failed) or 2 (wrong usage or settings).
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  for (const command of [program, ...program.commands])
    command
      .exitOverride()
      .showHelpAfterError(`(${program.name()} --help tells more)`)
      .showSuggestionAfterError(true);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage; // commander has told the user
  const exitCode =
    error instanceof CliError
      ? error.exitCode
      : error instanceof ConfigError
        ? ExitCode.Usage
        : ExitCode.Failed;
  process.stderr.write(`${sentenceFor(error)}\n`);
  return exitCode;
}

/** One sentence for a person; a stack only when somebody asks for it, since it says nothing to a user. */
function sentenceFor(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  return `error: ${process.env['SEEDBED_DEBUG'] === undefined ? error.message : error.stack}`;
}
