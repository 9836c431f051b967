import { findingAbout, type LintRule } from './finding.ts';
import { collisions, type NameNode, pathOf } from './name-tree.ts';

/** Names of devices on Windows, whatever follows behind a dot. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(\.|$)/i;
const WINDOWS_CHARACTERS = /[<>:"|?*]/;
const WINDOWS_END = /[. ]$/;
/** Characters that turn the direction of text, and those that nobody sees. */
const UNSEEN = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/;
/** Bytes of a name that Linux takes, and characters of a path that Windows does unless told otherwise. */
const MAX_NAME_BYTES = 255;
const MAX_PATH = 260;

const caseCollisions: LintRule = ({ nodes }) =>
  findingAbout('names.case', 'warning', {
    about: collisions(nodes, (name) => name.toLowerCase()),
    spell: spellPair,
    words: (count) => ({
      what: `${pairs(count)} differ in case only: on Windows and macOS one takes the place of the other`,
      how: 'rename one of each',
    }),
  });

const unicodeCollisions: LintRule = ({ nodes }) =>
  findingAbout('names.unicode', 'warning', {
    about: collisions(nodes, (name) => name.normalize('NFC')),
    spell: spellPair,
    words: (count) => ({
      what: `${pairs(count)} look the same and are spelled in other characters (Unicode normalisation): on macOS one takes the place of the other`,
      how: 'rename one of each',
    }),
  });

const notNormalised: LintRule = ({ nodes }) =>
  findingAbout('names.not-nfc', 'hint', {
    about: named(nodes, (name) => name !== name.normalize('NFC')),
    spell: pathOf,
    words: (count) => ({
      what: `${names(count)} not in Unicode's normal form C: the same name, typed elsewhere, is another one`,
      how: 'rename to composed characters, as Linux and Windows write them',
    }),
  });

const windowsNames: LintRule = ({ nodes }) =>
  findingAbout('names.windows', 'warning', {
    about: named(
      nodes,
      (name) => WINDOWS_DEVICE.test(name) || WINDOWS_CHARACTERS.test(name) || WINDOWS_END.test(name),
    ),
    spell: pathOf,
    words: (count) => ({
      what: `${names(count)} not possible on Windows: devices such as CON, one of <>:"|?*, or a dot or blank at the end`,
      how: 'rename; clients on Windows choose names of their own, or fail',
    }),
  });

const unseenCharacters: LintRule = ({ nodes }) =>
  findingAbout('names.unseen', 'warning', {
    about: named(nodes, (name) => UNSEEN.test(name)),
    spell: pathOf,
    words: (count) => ({
      what: `${names(count)} not what it seems: characters that nobody sees, or that turn the direction of text, let one pretend to be another`,
      how: 'rename without them',
    }),
  });

const longNames: LintRule = ({ nodes }) =>
  findingAbout('names.long', 'error', {
    about: named(nodes, (name) => Buffer.byteLength(name) > MAX_NAME_BYTES),
    spell: pathOf,
    words: (count) => ({
      what: `${names(count)} longer than 255 bytes: the file systems of Linux have no room for it`,
      how: 'shorten',
    }),
  });

const longPaths: LintRule = ({ nodes }) =>
  findingAbout('names.long-path', 'hint', {
    about: nodes.filter(({ file, pathLength }) => file !== undefined && pathLength >= MAX_PATH),
    spell: pathOf,
    words: (count) => ({
      what: `${count === 1 ? 'a path has' : `${count} paths have`} 260 characters or more: Windows takes no such path unless told to`,
      how: 'shorten names, or use fewer folders within one another',
    }),
  });

const links: LintRule = ({ nodes }) =>
  findingAbout('names.links', 'hint', {
    about: nodes.filter(({ file }) => file?.linkTarget !== undefined),
    spell: pathOf,
    words: (count) => ({
      what: `${count === 1 ? 'a file is a symbolic link' : `${count} files are symbolic links`} (BEP 47): many clients make an empty file instead, and Windows asks for a privilege`,
      how: 'put in what the link points to, unless those who use it know better',
    }),
  });

/** Names that are lost or changed on other systems. */
export const NAME_RULES: readonly LintRule[] = [
  caseCollisions,
  unicodeCollisions,
  notNormalised,
  windowsNames,
  unseenCharacters,
  longNames,
  longPaths,
  links,
];

function named(nodes: readonly NameNode[], test: (name: string) => boolean): NameNode[] {
  return nodes.filter(({ name }) => test(name));
}

function spellPair([first, second]: readonly [NameNode, NameNode]): string {
  return `${pathOf(first)} and ${pathOf(second)}`;
}

function pairs(count: number): string {
  return count === 1 ? 'two paths' : `${count} pairs of paths`;
}

function names(count: number): string {
  return count === 1 ? 'a name is' : `${count} names are`;
}
