import { printableLine } from '../../bittorrent/text.ts';
import { formatBytes } from '../../web/format.ts';
import type { FileFacts } from './facts.ts';

/** Characters of one name; a link's target is a whole path. */
const MAX_NAME = 4096;

/** A folder of the tree, in the order in which its members came. */
interface Folder {
  bytes: number;
  readonly members: Map<string, Folder | FileFacts>;
}

/**
 * Files as a tree, a line each, folders with the bytes of all that is in them, in the torrent's order. Executables end in `*`,
 * links in ` -> target`.
 * @param limit of lines; the lines beyond are only counted, in a last line.
 */
export function treeText(files: readonly FileFacts[], limit: number): string {
  const lines: string[] = [];
  let hidden = 0;
  const add = (name: string, depth: number, node: Folder | FileFacts): void => {
    if (lines.length < limit) lines.push(lineOf(name, depth, node));
    else hidden++;
    if (!isFolder(node)) return;
    for (const [below, member] of node.members) add(below, depth + 1, member);
  };
  for (const [name, node] of treeOf(files).members) add(name, 0, node);
  if (hidden > 0) lines.push(`  and ${hidden} more (--files all shows them)`);
  return `${lines.join('\n')}\n`;
}

function treeOf(files: readonly FileFacts[]): Folder {
  const root: Folder = { bytes: 0, members: new Map() };
  for (const file of files) {
    let folder = root;
    const [name = '', ...above] = file.path.split('/').reverse();
    for (const component of above.reverse()) {
      const known = folder.members.get(component);
      const next: Folder = known !== undefined && isFolder(known) ? known : { bytes: 0, members: new Map() };
      folder.members.set(component, next);
      next.bytes += file.lengthBytes;
      folder = next;
    }
    folder.members.set(name, file);
  }
  return root;
}

function isFolder(node: Folder | FileFacts): node is Folder {
  return 'members' in node;
}

function lineOf(name: string, depth: number, node: Folder | FileFacts): string {
  const bytes = isFolder(node) ? node.bytes : node.lengthBytes;
  const mark = isFolder(node) ? '/' : markOf(node);
  return `  ${formatBytes(bytes).padStart(9)}  ${'  '.repeat(depth)}${printableLine(`${name}${mark}`, MAX_NAME)}`;
}

function markOf({ executable, hidden, linkTarget }: FileFacts): string {
  if (linkTarget !== undefined) return ` -> ${linkTarget}`;
  return `${executable === true ? '*' : ''}${hidden === true ? ' (hidden)' : ''}`;
}
