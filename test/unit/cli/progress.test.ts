import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProgressBar, type ProgressOptions } from '../../../src/cli/progress.ts';

/** A terminal that keeps what is written, and a clock that is moved by hand. */
class Terminal {
  isTTY = true;
  columns = 100;
  text = '';
  clock = 0;

  write(text: string): void {
    this.text += text;
  }

  bar(env: ProgressOptions['env'] = {}): ProgressBar {
    return new ProgressBar({ label: 'Hashing', output: this, now: () => this.clock, env });
  }
}

const MIB = 1024 * 1024;

describe('ProgressBar', () => {
  it('shows share, bytes, rate and time left', () => {
    const terminal = new Terminal();
    const bar = terminal.bar({ NO_COLOR: '1' });
    terminal.clock = 2000;
    bar.update(100 * MIB, 400 * MIB);
    assert.equal(
      terminal.text,
      `\rHashing ${'█'.repeat(6)}${'░'.repeat(18)}  25%  100 MiB of 400 MiB, 50 MiB/s, 0:06 left\u001b[K`,
    );
  });

  it('shows what came where nobody knows how much will come', () => {
    const terminal = new Terminal();
    const bar = terminal.bar();
    terminal.clock = 2000;
    bar.update(100 * MIB, undefined);
    assert.equal(terminal.text, '\rHashing 100 MiB, 50 MiB/s\u001b[K');
  });

  it('draws at most ten times a second, and takes its line away', () => {
    const terminal = new Terminal();
    const bar = terminal.bar();
    for (let step = 0; step < 100; step++) {
      terminal.clock += 10;
      bar.update(step, 100);
    }
    assert.equal(terminal.text.split('\r').length - 1, 10);
    terminal.text = '';
    bar.finish();
    bar.finish();
    assert.equal(terminal.text, '\r\u001b[K');
  });

  it('is green, but not with NO_COLOR', () => {
    for (const [env, isGreen] of [
      [{}, true],
      [{ NO_COLOR: '' }, true],
      [{ NO_COLOR: '1' }, false],
    ] as const) {
      const terminal = new Terminal();
      terminal.bar(env).update(1, 2);
      assert.equal(terminal.text.includes('\u001b[32m'), isGreen);
    }
  });

  it('writes nothing where there is no terminal, or a dumb one', () => {
    const terminal = new Terminal();
    terminal.isTTY = false;
    const bar = terminal.bar();
    bar.update(1, 2);
    bar.finish();
    const dumb = new Terminal();
    dumb.bar({ TERM: 'dumb' }).update(1, 2);
    assert.deepEqual([terminal.text, dumb.text], ['', '']);
  });

  it('takes a terminal that does not know its width for one of 80 columns', () => {
    const terminal = new Terminal();
    terminal.columns = 0;
    terminal.bar().update(1, 2);
    assert.match(terminal.text, /Hashing .*50%/);
  });

  it('fits a narrow terminal, and nothing to do does not break it', () => {
    const terminal = new Terminal();
    terminal.columns = 30;
    terminal.bar().update(1, 2);
    const [line = ''] = terminal.text.slice(1).split('\u001b');
    assert.ok(line.length < 30, line);
    terminal.bar().update(0, 0);
  });
});
