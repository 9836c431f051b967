import { type ChildProcess, spawn } from 'node:child_process';
import { defaultDeadlineMs, withDeadline } from './eventually.ts';
import { type CleanupOwner, cleanup } from './scope.ts';
import './no-dht.ts';

/** How a process ended: an exit code, or the signal that ended it. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Options of `startProcess`. */
export interface ProcessOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The name in error messages; the command otherwise. */
  readonly name?: string;
}

/** The most output that is kept a stream; older text is dropped. */
const keptOutput = 1 << 20;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program that runs beside the test, with its output captured. */
export class ManagedProcess {
  readonly name: string;
  readonly exited: Promise<ExitStatus>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #stdout = '';
  #stderr = '';
  #status: ExitStatus | undefined;

  constructor(command: string, args: readonly string[], { cwd, env, name = command }: ProcessOptions) {
    this.name = name;
    this.#child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.#child);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout = (this.#stdout + text).slice(-keptOutput);
      this.#wake();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-keptOutput);
      this.#wake();
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#stderr += `${error.message}\n`;
        this.#ended({ code: null, signal: null }, resolve);
      });
      this.#child.once('close', (code, signal) => this.#ended({ code, signal }, resolve));
    });
  }

  /** The process id; -1 when the program could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** What it wrote to standard output (the last MiB). */
  get stdout(): string {
    return this.#stdout;
  }

  /** What it wrote to standard error (the last MiB). */
  get stderr(): string {
    return this.#stderr;
  }

  /** How it ended; undefined while it runs. */
  get status(): ExitStatus | undefined {
    return this.#status;
  }

  /** Waits until either stream holds a match. Throws, with the output, when the process ends or the deadline passes first. */
  async waitForOutput(pattern: RegExp, deadlineMs = defaultDeadlineMs): Promise<RegExpExecArray> {
    let wake = (): void => {};
    const matched = new Promise<RegExpExecArray>((resolve, reject) => {
      wake = () => {
        const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
        if (match !== null) resolve(match);
        else if (this.#status !== undefined)
          reject(new Error(`${this.name} ended before it wrote ${pattern}`));
      };
    });
    this.#watchers.add(wake);
    wake();
    try {
      return await withDeadline(`${this.name} to write ${pattern}`, matched, deadlineMs);
    } catch (error) {
      throw this.explain(error);
    } finally {
      this.#watchers.delete(wake);
    }
  }

  /** Waits for the end. Throws, with the output, after the deadline. */
  async waitForExit(deadlineMs = defaultDeadlineMs): Promise<ExitStatus> {
    try {
      return await withDeadline(`${this.name} to end`, this.exited, deadlineMs);
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Sends a signal to this process alone. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (this.#status === undefined) this.#child.kill(signal);
  }

  /** SIGTERM, then SIGKILL after the grace time; resolves when the process is gone. */
  async stop(graceMs = 5_000): Promise<ExitStatus> {
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), graceMs);
    const status = await this.exited;
    clearTimeout(timer);
    return status;
  }

  /** An error that also tells what the process wrote last. */
  explain(error: unknown): Error {
    const reason = error instanceof Error ? error.message : String(error);
    const tail = (text: string): string => text.slice(-4_000).trimEnd();
    const message = `${reason}\n--- ${this.name} stdout\n${tail(this.#stdout)}\n--- ${this.name} stderr\n${tail(this.#stderr)}`;
    return new Error(message, { cause: error });
  }

  #ended(status: ExitStatus, resolve: (status: ExitStatus) => void): void {
    running.delete(this.#child);
    this.#status ??= status;
    resolve(this.#status);
    this.#wake();
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** Starts a program; it is stopped when the owner ends. */
export function startProcess(
  owner: CleanupOwner,
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): ManagedProcess {
  const managed = new ManagedProcess(command, args, options);
  cleanup(owner, async () => {
    await managed.stop();
  });
  return managed;
}

/** Runs a program to its end and returns its output. Throws, with the output, when it fails or outlives the deadline. */
export async function runProcess(
  command: string,
  args: readonly string[],
  { deadlineMs = defaultDeadlineMs, ...options }: ProcessOptions & { readonly deadlineMs?: number } = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const managed = new ManagedProcess(command, args, options);
  try {
    const { code, signal } = await managed.waitForExit(deadlineMs);
    if (code !== 0)
      throw managed.explain(new Error(`${managed.name} ended with ${signal ?? `code ${code}`}`));
    return { stdout: managed.stdout, stderr: managed.stderr };
  } finally {
    await managed.stop(0);
  }
}
