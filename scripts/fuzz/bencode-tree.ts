/** A bencoded value taken apart: numbers keep their digits, dictionaries their order and whatever keys they have. */
export type BencodeNode =
  | { readonly kind: 'number'; digits: string }
  | { readonly kind: 'string'; bytes: Uint8Array }
  | { readonly kind: 'list'; members: BencodeNode[] }
  | { readonly kind: 'dictionary'; members: BencodeNode[] };

/** A number from 0 up to, not including, its argument: where the faults come from. */
export type Below = (bound: number) => number;

const DIGITS = ['0', '1', '-1', '2', '3', '7', '100', '016384', '16384', '32768', '65536', '-0'];
const LARGE_DIGITS = [
  '2147483648',
  '4294967298',
  '9007199254740991',
  '9007199254740993',
  '9223372036854775808',
];
const NAMES = [
  '',
  '.',
  '..',
  'a',
  'A',
  'a/b',
  'a\\b',
  '/etc',
  'CON',
  'x\0',
  '\u001b[2J',
  '\u202e',
  'é',
  'p',
  'l',
  'xh',
];
const KEYS = [
  '',
  'attr',
  'length',
  'path',
  'path.utf-8',
  'symlink path',
  'files',
  'file tree',
  'pieces',
  'pieces root',
];
const MORE_KEYS = [
  'name',
  'name.utf-8',
  'piece length',
  'meta version',
  'private',
  'info',
  'piece layers',
  'announce',
];
const STRINGS = [...NAMES, ...KEYS, ...MORE_KEYS].map((text) => Buffer.from(text));
const LENGTHS = [19, 20, 31, 32, 40, 60, 64, 96, 255, 256];

/** Takes good bencode apart. It is for inputs of our own making: what is malformed throws whatever comes. */
export function takeApart(bytes: Uint8Array): BencodeNode {
  const buffer = Buffer.from(bytes);
  let at = 0;
  const node = (): BencodeNode => {
    const byte = String.fromCharCode(buffer[at] ?? 0);
    if (byte === 'i') {
      const end = buffer.indexOf('e', at);
      const digits = buffer.toString('latin1', at + 1, end);
      at = end + 1;
      return { kind: 'number', digits };
    }
    if (byte === 'l' || byte === 'd') {
      const members: BencodeNode[] = [];
      for (at++; buffer[at] !== 0x65; ) members.push(node());
      at++;
      return { kind: byte === 'l' ? 'list' : 'dictionary', members };
    }
    const colon = buffer.indexOf(':', at);
    const start = colon + 1;
    at = start + Number(buffer.toString('latin1', at, colon));
    return { kind: 'string', bytes: buffer.subarray(start, at) };
  };
  return node();
}

/** Puts it together again, as it is. */
export function putTogether(node: BencodeNode): Buffer {
  if (node.kind === 'number') return Buffer.from(`i${node.digits}e`);
  if (node.kind === 'string') return Buffer.concat([Buffer.from(`${node.bytes.length}:`), node.bytes]);
  const start = Buffer.from(node.kind === 'list' ? 'l' : 'd');
  return Buffer.concat([start, ...node.members.map(putTogether), Buffer.from('e')]);
}

/** Makes one fault somewhere in the tree, in place; it stays well formed unless a key becomes no string. */
export function spoilTree(root: BencodeNode, below: Below): void {
  const all = nodesOf(root);
  const node = pick(all, below);
  if (node.kind === 'number') node.digits = pick([...DIGITS, ...LARGE_DIGITS], below);
  else if (node.kind === 'string') node.bytes = otherString(node.bytes, below);
  else spoilMembers(node.members, { width: node.kind === 'list' ? 1 : 2, all, below });
}

function otherString(bytes: Uint8Array, below: Below): Uint8Array {
  switch (below(4)) {
    case 0:
      return new Uint8Array(pick(LENGTHS, below)).fill(below(2)); // a hash, or hashes, of zeros or ones
    case 1:
      return bytes.subarray(0, below(bytes.length + 1));
    case 2: {
      const changed = new Uint8Array(bytes);
      if (changed.length > 0) changed[below(changed.length)] = below(256);
      return changed;
    }
    default:
      return pick(STRINGS, below);
  }
}

interface MembersContext {
  /** Nodes a member: a key and its value in dictionaries. */
  readonly width: number;
  readonly all: readonly BencodeNode[];
  readonly below: Below;
}

function spoilMembers(members: BencodeNode[], { width, all, below }: MembersContext): void {
  const at = width * below(members.length / width + 1);
  const taken = members.slice(at, at + width).map(copyOf);
  switch (below(4)) {
    case 0:
      members.splice(at, width); // one is missing
      break;
    case 1:
      members.splice(at, 0, ...taken); // one is doubled
      break;
    case 2:
      members.splice(at, width);
      members.splice(width * below(members.length / width + 1), 0, ...taken); // one is elsewhere
      break;
    default: {
      const key: BencodeNode = { kind: 'string', bytes: pick(STRINGS, below) };
      members.splice(at, 0, ...(width === 2 ? [key] : []), copyOf(pick(all, below))); // one from elsewhere
    }
  }
}

function nodesOf(node: BencodeNode): BencodeNode[] {
  return 'members' in node ? [node, ...node.members.flatMap(nodesOf)] : [node];
}

function copyOf(node: BencodeNode): BencodeNode {
  return 'members' in node ? { ...node, members: node.members.map(copyOf) } : { ...node };
}

function pick<T>(from: readonly T[], below: Below): T {
  return from[below(from.length)] as T; // below its length
}
