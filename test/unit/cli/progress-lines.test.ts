import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProgressLines } from '../../../src/cli/progress-lines.ts';

/** Collects lines, under a clock that is moved by hand. */
function makeLines() {
  const written: string[] = [];
  const clock = { ms: 0 };
  const lines = new ProgressLines({ output: { write: (text) => written.push(text) }, now: () => clock.ms });
  return { lines, clock, read: (): unknown[] => written.map((text) => JSON.parse(text)), written };
}

describe('ProgressLines', () => {
  it('are JSON, one a line, with rate and time left', () => {
    const { lines, clock, read, written } = makeLines();
    clock.ms = 2000;
    lines.update(100, 400);
    assert.deepEqual(read(), [
      { event: 'progress', bytesDone: 100, bytesTotal: 400, bytesPerSecond: 50, secondsLeft: 6 },
    ]);
    assert.ok(written.every((text) => text.endsWith('\n')));
  });

  it('have null for what is not known', () => {
    const { lines, read } = makeLines();
    lines.update(0, undefined);
    assert.deepEqual(read(), [
      { event: 'progress', bytesDone: 0, bytesTotal: null, bytesPerSecond: null, secondsLeft: null },
    ]);
  });

  it('come twice a second at most, and the last one always', () => {
    const { lines, clock, read } = makeLines();
    for (let step = 1; step <= 199; step++) {
      clock.ms += 10;
      lines.update(step, 199);
    }
    assert.equal(read().length, 4);
    lines.finish();
    lines.finish();
    assert.equal(read().length, 5);
    assert.equal((read().at(-1) as { bytesDone: number }).bytesDone, 199);
  });
});
