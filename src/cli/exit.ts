import { printableLine } from '../bittorrent/text.ts';
import { ConfigError } from '../config/setting.ts';

/** Characters of one message: paths are long. */
const MAX_MESSAGE = 16_384;

/** Exit codes of all our commands. */
export const exitCode = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** An error that ends a command: its message goes to stderr as it stands, and its code to the shell. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;

  constructor(message: string, code: number = exitCode.failed, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = code;
  }
}

/** For a command whose result is a "no" that it has printed already: exit code 1 and not a word more. */
export function saidNo(): CliError {
  return new CliError('');
}

/** A wrong flag or argument: exit code 2. */
export function usageError(message: string): CliError {
  return new CliError(message, exitCode.usage);
}

/**
 * Runs a command's work and returns its exit code. What it throws becomes one line `<program>: <message>` on stderr, without a stack:
 * 2 for a wrong flag, argument or setting, 130 after Ctrl-C, else 1. With SEEDBED_DEBUG=1 the stack is printed too.
 */
export async function runCommand(program: string, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return exitCode.ok;
  } catch (error) {
    return report(program, error);
  }
}

function report(program: string, error: unknown): number {
  if (isCommanderError(error)) return error.exitCode === 0 ? exitCode.ok : exitCode.usage; // it has printed already
  const message = error instanceof Error ? error.message : String(error);
  if (message !== '') complain(program, message);
  if (process.env['SEEDBED_DEBUG'] === '1' && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  if (error instanceof CliError) return error.exitCode;
  return error instanceof ConfigError ? exitCode.usage : exitCode.failed;
}

/** One line on standard error; whatever a stranger's file put into the message, a terminal takes no orders from it. */
export function complain(program: string, message: string): void {
  process.stderr.write(`${program}: ${printableLine(message, MAX_MESSAGE)}\n`);
}

function isCommanderError(error: unknown): error is Error & { exitCode: number } {
  return (
    error instanceof Error &&
    'exitCode' in error &&
    'code' in error &&
    String(error.code).startsWith('commander.')
  );
}
