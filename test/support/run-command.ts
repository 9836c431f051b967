import type { TestContext } from 'node:test';
import { main } from '../../src/cli/main.ts';
import './no-dht.ts';

/** What a command of the CLI did in this process. */
export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `seedbed` with these arguments in this process, and keeps what it writes to itself. */
export async function runCommandHere(t: TestContext, args: readonly string[]): Promise<CommandOutcome> {
  const [stdout, stderr] = [capture(t, process.stdout), capture(t, process.stderr)];
  try {
    const code = await main(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.restore();
    stderr.restore();
  }
}

/** Keeps the text that is written; bytes are the test runner's reports, and go on. */
function capture(t: TestContext, stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  const parts: string[] = [];
  const write = stream.write.bind(stream);
  const { mock } = t.mock.method(stream, 'write', (part: string | Uint8Array) =>
    typeof part === 'string' ? parts.push(part) > 0 : write(part),
  );
  return { text: () => parts.join(''), restore: () => mock.restore() };
}
