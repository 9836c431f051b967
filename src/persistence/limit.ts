/**
 * Refuses a limit with which a reader would make no way: there would always be more.
 * @throws {RangeError} for what is no whole number from 1 on: an error of the program, not of the database.
 */
export function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new RangeError(`a limit is a whole number from 1 on, not ${limit}`);
}
