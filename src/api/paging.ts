import { BadRequest } from './errors.ts';

/** The part of a list that a request asks for. */
export interface Page {
  readonly skip: number;
  readonly limit: number;
}

const MAX_SKIP = 999_999_999;

/**
 * Reads `skip` and `limit` of a query.
 * @throws {BadRequest} when one of them is no whole number within its bounds.
 */
export function pageFrom(
  query: Readonly<Record<string, unknown>>,
  { limit, max }: { readonly limit: number; readonly max: number },
): Page {
  const numberOf = (name: string, fallback: number, most: number): number => {
    const text = query[name];
    if (text === undefined) return fallback;
    const value = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (value < 0 || value > most) throw new BadRequest(`"${name}" must be a whole number from 0 to ${most}`);
    return value;
  };
  return { skip: numberOf('skip', 0, MAX_SKIP), limit: numberOf('limit', limit, max) };
}
