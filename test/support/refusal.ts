import assert from 'node:assert/strict';
import { BuilderError, type BuilderErrorCode } from '../../src/builder/hashing/errors.ts';

/** Checks an error of the builder: its code, words of its message, and that it is one line. For `assert.rejects` and `throws`. */
export function refusal(code: BuilderErrorCode, ...words: string[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BuilderError, String(error));
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.ok(error.message.includes(word), `${error.message} lacks ${word}`);
    assert.ok(!error.message.includes('\n'));
    return true;
  };
}
