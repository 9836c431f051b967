import type { Info, TorrentFile } from '../../bittorrent/metainfo/metainfo.ts';
import { Glob } from '../../builder/input/glob.ts';
import { SeederError } from '../errors.ts';

/** A priority for some files of a torrent; of several rules for one file the last counts, and files without one have 1. */
export interface FileRule {
  /** Numbers of files, ranges and globs: see {@link parseFileList}. */
  readonly files: string;
  /** 0: not wanted; from 1 to 7: the higher, the earlier. */
  readonly priority: number;
}

/** Files that nobody spoke of. */
export const DEFAULT_PRIORITY = 1;
/** The greatest of a {@link FileRule}. */
export const MAX_PRIORITY = 7;
/** Rules of one torrent, and characters of all of them together. */
const MAX_RULES = 1000;
const MAX_TEXT = 64 * 1024;

/** Which files a term of a list names, by number (pad files are not counted) and path. */
type Term = (number: number, path: readonly string[]) => boolean;

/** Whether a value is a list of rules that can be read; whether a torrent has such files shows when it is applied. */
export function areFileRules(value: unknown): value is readonly FileRule[] {
  if (!Array.isArray(value) || value.length > MAX_RULES) return false;
  let characters = 0;
  return value.every((rule: unknown) => {
    if (typeof rule !== 'object' || rule === null) return false;
    const { files, priority, ...rest } = rule as Record<string, unknown>; // every member is checked
    if (Object.keys(rest).length > 0 || typeof files !== 'string' || !isPriority(priority)) return false;
    characters += files.length;
    return characters <= MAX_TEXT && isFileList(files);
  });
}

/** Whether a value is a priority of files. */
export function isPriority(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_PRIORITY;
}

/**
 * The priority of each file of a torrent, pad files included (their own is 0); undefined when all have the default.
 * @throws {SeederError} ERR_PREFERENCE when a rule names a file that is not there, or no file at all.
 */
export function prioritiesFor(info: Info, rules: readonly FileRule[]): Uint8Array | undefined {
  if (rules.length === 0) return undefined;
  const files = info.files.map((file, index) => ({ file, index })).filter(({ file }) => !file.isPadding);
  const priorities = new Uint8Array(info.files.length);
  for (const { index } of files) priorities[index] = DEFAULT_PRIORITY;
  for (const rule of rules) {
    for (const term of splitList(rule.files)) {
      const names = parseTerm(term, files.length - 1);
      const named = files.filter(({ file }, number) => names(number, pathOf(info, file)));
      if (named.length === 0)
        throw preferenceError(`no file of ${JSON.stringify(info.name)} is named by ${JSON.stringify(term)}`);
      for (const { index } of named) priorities[index] = rule.priority;
    }
  }
  return files.every(({ index }) => priorities[index] === DEFAULT_PRIORITY) ? undefined : priorities;
}

/** Of a torrent of one file, its name. */
function pathOf({ name, isMultiFile }: Info, { path }: TorrentFile): readonly string[] {
  return isMultiFile ? path : [name];
}

/**
 * Checks a list of files: numbers from 0 on in the torrent's order (pad files are not counted), ranges of them, and globs for names or
 * paths, divided by commas: `0,2-5,*.mkv`.
 * @throws {SeederError} ERR_PREFERENCE when it cannot be read.
 */
export function parseFileList(text: string): void {
  for (const term of splitList(text)) parseTerm(term, Number.POSITIVE_INFINITY);
}

function isFileList(text: string): boolean {
  try {
    parseFileList(text);
    return true;
  } catch {
    return false; // it only throws when it cannot be read
  }
}

function parseTerm(term: string, last: number): Term {
  const range = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(term);
  if (range === null) return globTerm(term);
  const from = Number(range[1]);
  const to = Number(range[2] ?? range[1]);
  if (from > to) throw preferenceError(`the range ${term} of files ends before it begins`);
  if (to > last) throw preferenceError(`there is no file ${to}: the last is ${last}`);
  return (number) => number >= from && number <= to;
}

function globTerm(term: string): Term {
  try {
    const glob = new Glob(term);
    return (_number, path) => glob.matches(path);
  } catch (cause) {
    throw new SeederError('ERR_PREFERENCE', `the files ${JSON.stringify(term)} cannot be read`, { cause });
  }
}

/** At commas outside of braces and brackets, which belong to globs. */
function splitList(text: string): string[] {
  const terms: string[] = [];
  let term = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string; // within the text
    if (character === ',' && depth === 0) {
      terms.push(term.trim());
      term = '';
      continue;
    }
    if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && depth > 0) depth--;
    term += character === '\\' ? character + (text[++at] ?? '') : character;
  }
  terms.push(term.trim());
  if (terms.includes(''))
    throw preferenceError(`the list of files ${JSON.stringify(text)} has an empty entry`);
  return terms;
}

function preferenceError(message: string): SeederError {
  return new SeederError('ERR_PREFERENCE', message);
}
