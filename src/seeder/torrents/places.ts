import { sep } from 'node:path';

/** Whether the first of two absolute paths is the second, or lies in it. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

/** Whether one of two absolute paths is, contains or lies in the other. */
export function placesMeet(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}
