import {
  type Alternative,
  ANY,
  type CharacterClass,
  FOLDERS,
  parsePattern,
  STAR,
  type Token,
} from './glob-pattern.ts';

/**
 * A pattern for paths. Without a slash it matches a name at any depth; with one, the whole path below the torrent's folder (a
 * slash in front says just that; one at the end means nothing). `*` stands for any characters of a name, `?` for one, `[a-z]`
 * and `[!a-z]` for one of or outside a set, `**` between slashes for any number of folders, `{a,b}` for a or b; a backslash
 * takes a character as it is. A leading dot is nothing special, and case matters on every system: the same patterns give the
 * same torrent anywhere. No pattern makes it slow: the time is at most pattern times path.
 */
export class Glob {
  readonly #isForNames: boolean;
  readonly #alternatives: readonly Alternative[];

  /** @throws {BuilderError} ERR_OPTION for an empty or broken pattern. */
  constructor(pattern: string) {
    const { isForNames, alternatives } = parsePattern(pattern);
    this.#isForNames = isForNames;
    this.#alternatives = alternatives;
  }

  /** Whether it matches the path of a file or folder, given by its components. */
  matches(path: readonly string[]): boolean {
    const names = this.#isForNames ? path.slice(-1) : path;
    return this.#alternatives.some((parts) => matchInTurn(parts, names, FOLDERS, matchesName));
  }
}

function matchesName(part: Alternative[number], name: string): boolean {
  if (part === FOLDERS) return false; // matchInTurn knows it
  if (part.literal !== undefined) return part.literal === name;
  return matchInTurn(part.tokens, [...name], STAR, matchesCharacter);
}

function matchesCharacter(token: Token, character: string): boolean {
  if (typeof token === 'string') return token === character;
  return token === ANY || (token !== STAR && isIn(token, character));
}

function isIn({ isNegated, ranges }: CharacterClass, character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return ranges.some(([first, last]) => first <= code && code <= last) !== isNegated;
}

/** Whether the values match the steps one by one, where `star` stands for any number of values. */
function matchInTurn<Step, Value>(
  steps: readonly Step[],
  values: readonly Value[],
  star: Step,
  matchesOne: (step: Step, value: Value) => boolean,
): boolean {
  let [step, value] = [0, 0];
  let [lastStar, starEnd] = [-1, 0];
  while (value < values.length) {
    if (step < steps.length && steps[step] === star) {
      lastStar = step++;
      starEnd = value;
    } else if (step < steps.length && matchesOne(steps[step] as Step, values[value] as Value)) {
      step++;
      value++;
    } else if (lastStar >= 0) {
      // Only the last star can need more: had an earlier one taken more, the last could take less.
      step = lastStar + 1;
      value = ++starEnd;
    } else return false;
  }
  while (step < steps.length && steps[step] === star) step++;
  return step === steps.length;
}
