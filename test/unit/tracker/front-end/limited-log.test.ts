import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LimitedLog } from '../../../../src/tracker/front-end/limited-log.ts';

it('a limited log writes once a second and says how much it left out', (t) => {
  let nowMs = 5_000;
  t.mock.method(performance, 'now', () => nowMs);
  const lines: unknown[] = [];
  const logger = {
    warn: () => {},
    error: (fields: object, message: string) => void lines.push([fields, message]),
  };
  const log = new LimitedLog(logger as never, 'error', 'it broke');
  log.log({ at: 1 });
  log.log({ at: 2 });
  nowMs += 999;
  log.log({ at: 3 });
  nowMs += 1;
  log.log({ at: 4 });
  assert.deepEqual(lines, [
    [{ at: 1 }, 'it broke'],
    [{ at: 4, leftOut: 2 }, 'it broke'],
  ]);
});
