import type { Info, TorrentFile } from '../../bittorrent/metainfo/metainfo.ts';
import { printableLine } from '../../bittorrent/text.ts';
import { formatBytes } from '../../web/format.ts';

/** Characters of one name; a link's target is a whole path. */
const MAX_NAME = 4096;

/** A folder of the tree, in the order in which its members came. */
interface Folder {
  bytes: number;
  readonly members: Map<string, Folder | TorrentFile>;
}

/**
 * The files of a torrent as a tree, a line each, folders with the bytes of all that is in them, in the torrent's order. Executables end in `*`,
 * links in ` -> target`; pad files are not shown.
 * @param limit of lines; the lines beyond are only counted, in a last line.
 */
export function treeText({ name, files }: Pick<Info, 'name' | 'files'>, limit: number): string {
  const lines: string[] = [];
  let hidden = 0;
  const add = (name: string, depth: number, node: Folder | TorrentFile): void => {
    if (lines.length < limit) lines.push(lineOf(name, depth, node));
    else hidden++;
    if (!isFolder(node)) return;
    for (const [below, member] of node.members) add(below, depth + 1, member);
  };
  add(name, 0, treeOf(files));
  if (hidden > 0) lines.push(`  and ${hidden} more (--files all shows them)`);
  return lines.map((line) => `${line}\n`).join('');
}

/** The folder of a torrent, or its only file. */
function treeOf(files: readonly TorrentFile[]): Folder | TorrentFile {
  const root: Folder = { bytes: 0, members: new Map() };
  for (const file of files) {
    if (file.isPadding) continue;
    const name = file.path.at(-1);
    if (name === undefined) return file;
    let folder = root;
    folder.bytes += file.length;
    for (const component of file.path.slice(0, -1)) {
      const known = folder.members.get(component);
      const next: Folder = known !== undefined && isFolder(known) ? known : { bytes: 0, members: new Map() };
      if (next !== known) folder.members.set(component, next);
      next.bytes += file.length;
      folder = next;
    }
    folder.members.set(name, file);
  }
  return root;
}

function isFolder(node: Folder | TorrentFile): node is Folder {
  return 'members' in node;
}

function lineOf(name: string, depth: number, node: Folder | TorrentFile): string {
  const bytes = isFolder(node) ? node.bytes : node.length;
  const mark = isFolder(node) ? '/' : markOf(node);
  return `  ${formatBytes(bytes).padStart(9)}  ${'  '.repeat(depth)}${printableLine(`${name}${mark}`, MAX_NAME)}`;
}

function markOf({ isExecutable, isHidden, linkTarget }: TorrentFile): string {
  if (linkTarget !== undefined) return ` -> ${linkTarget.join('/')}`;
  return `${isExecutable === true ? '*' : ''}${isHidden === true ? ' (hidden)' : ''}`;
}
