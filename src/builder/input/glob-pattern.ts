import { BuilderError, quoted } from '../hashing/errors.ts';

const MAX_PATTERN_LENGTH = 4096;
/** Patterns that the braces of one pattern may stand for. */
const MAX_ALTERNATIVES = 1000;

/** `?`: any one character. */
export const ANY = Symbol('?');
/** `*`: any number of characters. */
export const STAR = Symbol('*');
/** `**`: any number of folders. */
export const FOLDERS = Symbol('**');

/** `[a-z_]`: the code points from first to last of each range, or with `[!a-z_]` all others. */
export interface CharacterClass {
  readonly isNegated: boolean;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** What a character of a name is held against; a string is one literal character. */
export type Token = string | CharacterClass | typeof ANY | typeof STAR;

/** What the name of one component is held against. */
export interface NamePattern {
  readonly tokens: readonly Token[];
  /** The whole name, when every token is a literal character. */
  readonly literal: string | undefined;
}

/** A pattern without braces, component by component. */
export type Alternative = readonly (NamePattern | typeof FOLDERS)[];

/** A pattern as {@link Glob} uses it. */
export interface ParsedPattern {
  /** It is held against names alone, not against whole paths. */
  readonly isForNames: boolean;
  readonly alternatives: readonly Alternative[];
}

/**
 * Parses a pattern; {@link Glob} says what it can hold.
 * @throws {BuilderError} ERR_OPTION, naming the pattern.
 */
export function parsePattern(pattern: string): ParsedPattern {
  if (pattern.length > MAX_PATTERN_LENGTH)
    throw patternError(`${pattern.slice(0, 40)}...`, `is longer than ${MAX_PATTERN_LENGTH} characters`);
  const inner = pattern.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  if (inner === '') throw patternError(pattern, 'is empty');
  const texts: string[] = [];
  expandBraces(inner, pattern, texts);
  const isForNames = inner.length === pattern.replace(/\/+$/, '').length && !inner.includes('/');
  return { isForNames, alternatives: texts.map((text) => parseAlternative(text, { pattern, isForNames })) };
}

function patternError(pattern: string, why: string): BuilderError {
  return new BuilderError('ERR_OPTION', `the pattern ${quoted(pattern)} ${why}`);
}

/** Adds what the braces of `text` stand for to `texts`. Braces without a comma stand for themselves, as in a shell. */
function expandBraces(text: string, pattern: string, texts: string[], from = 0): void {
  const open = indexOutside(text, '{', from, pattern);
  if (open === -1) {
    if (texts.push(text) > MAX_ALTERNATIVES)
      throw patternError(pattern, `stands for more than ${MAX_ALTERNATIVES} patterns`);
    return;
  }
  const { commas, close } = splitBraces(text, open, pattern);
  if (commas.length === 0) return expandBraces(text, pattern, texts, open + 1);
  const [before, after] = [text.slice(0, open), text.slice(close + 1)];
  for (const [index, start] of [open, ...commas].entries())
    expandBraces(before + text.slice(start + 1, commas[index] ?? close) + after, pattern, texts, open);
}

/** Where the braces that open at `open` have their commas, and where they close. */
function splitBraces(text: string, open: number, pattern: string): { commas: number[]; close: number } {
  const commas: number[] = [];
  let depth = 0;
  for (let at = open; at < text.length; at = nextOf(text, at, pattern)) {
    if (text[at] === '{') depth++;
    else if (text[at] === ',' && depth === 1) commas.push(at);
    else if (text[at] === '}' && --depth === 0) return { commas, close: at };
  }
  throw patternError(pattern, 'opens a { and never closes it (\\{ stands for the character itself)');
}

/** The index of a character that is neither escaped nor in brackets; -1 when there is none. */
function indexOutside(text: string, character: string, from: number, pattern: string): number {
  for (let at = from; at < text.length; at = nextOf(text, at, pattern)) if (text[at] === character) return at;
  return -1;
}

/** Where what comes after the character, the escaped character or the brackets at `at` begins. */
function nextOf(text: string, at: number, pattern: string): number {
  if (text[at] === '\\') return at + 2;
  return text[at] === '[' ? closingBracket(text, at, pattern) + 1 : at + 1;
}

/** The index of the `]` for the `[` at `open`; one that comes first stands for itself. */
function closingBracket(text: string, open: number, pattern: string): number {
  const first = /[!^]/.test(text[open + 1] ?? '') ? open + 2 : open + 1;
  for (let at = first; at < text.length; at += text[at] === '\\' ? 2 : 1)
    if (text[at] === ']' && at > first) return at;
  throw patternError(pattern, 'opens a [ and never closes it (\\[ stands for the character itself)');
}

interface Context {
  readonly pattern: string;
  readonly isForNames: boolean;
}

function parseAlternative(text: string, { pattern, isForNames }: Context): Alternative {
  if (isForNames) return [parseName(text, pattern)];
  const names = text.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) throw patternError(pattern, 'leads out of the folder (..)');
  const parts = names.map((name) => (name === '**' ? FOLDERS : parseName(name, pattern)));
  // "a/**" is what lies in a, not a itself.
  return parts.at(-1) === FOLDERS ? [...parts, parseName('*', pattern)] : parts;
}

function parseName(text: string, pattern: string): NamePattern {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text[at] === '[' ? nextOf(text, at, pattern) : at + characterAt(text, at).length;
    tokens.push(parseToken(text.slice(at, end)));
    at = end;
  }
  const isLiteral = tokens.every((token) => typeof token === 'string');
  return { tokens, literal: isLiteral ? tokens.join('') : undefined };
}

/** The character at `at`, with the backslash before it. */
function characterAt(text: string, at: number): string {
  const skip = text[at] === '\\' && at + 1 < text.length ? 1 : 0;
  return text.slice(at, at + skip) + String.fromCodePoint(text.codePointAt(at + skip) ?? 0);
}

function parseToken(text: string): Token {
  if (text === '*') return STAR;
  if (text === '?') return ANY;
  if (text.startsWith('[') && text.length > 1) return parseClass(text.slice(1, -1));
  return unescaped(text);
}

function unescaped(character: string): string {
  return character.length > 1 && character.startsWith('\\') ? character.slice(1) : character;
}

function parseClass(inner: string): CharacterClass {
  const isNegated = /^[!^]/.test(inner);
  const characters: string[] = [];
  for (let at = isNegated ? 1 : 0; at < inner.length; at += characterAt(inner, at).length)
    characters.push(characterAt(inner, at));
  const codes = characters.map((character) => unescaped(character).codePointAt(0) ?? 0);
  const ranges: [number, number][] = [];
  for (let at = 0; at < codes.length; at++) {
    const first = codes[at] as number; // at < length
    const last = characters[at + 1] === '-' ? codes[at + 2] : undefined;
    ranges.push([first, last ?? first]);
    if (last !== undefined) at += 2;
  }
  return { isNegated, ranges };
}
