import type { Info, TorrentFile } from '../../bittorrent/metainfo/metainfo.ts';

/** A file or folder that clients make; pad files are none. */
export interface NameNode {
  readonly name: string;
  readonly parent: NameNode | undefined;
  /** Characters of its path, with slashes. */
  readonly pathLength: number;
  /** Undefined for a folder. */
  readonly file: TorrentFile | undefined;
}

/** Every name of a torrent once, below its own name: paths are spelled only when somebody wants to read one. */
export function nameNodes({ name, files }: Info): NameNode[] {
  const root = new Folder({ name, parent: undefined, pathLength: name.length, file: undefined });
  const nodes: NameNode[] = [];
  for (const file of files) {
    if (file.isPadding) continue;
    if (file.path.length === 0) return [{ ...root.node, file }];
    addFile(nodes, root, file);
  }
  return [root.node, ...nodes];
}

/** A folder while the tree is put together. */
class Folder {
  readonly node: NameNode;
  readonly folders = new Map<string, Folder>();

  constructor(node: NameNode) {
    this.node = node;
  }
}

function addFile(nodes: NameNode[], root: Folder, file: TorrentFile): void {
  let folder = root;
  for (const [at, name] of file.path.entries()) {
    const isFile = at === file.path.length - 1;
    const known = isFile ? undefined : folder.folders.get(name);
    if (known !== undefined) {
      folder = known;
      continue;
    }
    const { node: parent } = folder;
    const pathLength = parent.pathLength + 1 + name.length;
    const node = { name, parent, pathLength, file: isFile ? file : undefined };
    nodes.push(node);
    if (isFile) return;
    const made = new Folder(node);
    folder.folders.set(name, made);
    folder = made;
  }
}

/** The path of a node, with the torrent's name first. */
export function pathOf(node: NameNode): string {
  const components: string[] = [];
  for (let at: NameNode | undefined = node; at !== undefined; at = at.parent) components.push(at.name);
  return components.reverse().join('/');
}

/** Nodes whose paths become that of another when names are folded, as a file system does that knows no difference; each with that other. */
export function collisions(
  nodes: readonly NameNode[],
  fold: (name: string) => string,
): (readonly [first: NameNode, second: NameNode])[] {
  const ids = new Map<NameNode, number>(); // nodes that are one when folded have one number
  const firsts = new Map<string, readonly [NameNode, number]>();
  const pairs: (readonly [NameNode, NameNode])[] = [];
  for (const node of nodes) {
    const above = node.parent === undefined ? 0 : (ids.get(node.parent) ?? 0);
    const key = `${above}/${fold(node.name)}`;
    const [first, id] = firsts.get(key) ?? [node, ids.size + 1];
    ids.set(node, id);
    if (first === node) firsts.set(key, [node, id]);
    else pairs.push([first, node]);
  }
  return pairs;
}
