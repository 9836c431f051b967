/**
 * Run by memory.test.ts in a process of its own with a small heap: parses the message that its argument names, and prints how
 * much memory the process took at its peak beyond what it had before (bytes), and what came of it.
 */
import { decodeBencode } from '../../../src/bittorrent/bencode.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';

const tenMillion = 10_000_000;
const infoWith = (files: string): string =>
  `d4:infod5:files${files}4:name1:x12:piece lengthi16384e6:pieces0:ee`;
const numbered = (count: number, each: (number: string) => string): string =>
  Array.from({ length: count }, (_, i) => each(String(i).padStart(7, '0'))).join('');

/** Each makes its message when it is asked for. */
const messages: Record<string, () => Uint8Array | string> = {
  lists: () => 'l'.repeat(tenMillion),
  dictionaries: () => 'd1:a'.repeat(tenMillion / 4),
  number: () => 'i'.repeat(tenMillion),
  digits: () => '9'.repeat(tenMillion),
  'promised length': () => `999999999:${'x'.repeat(tenMillion)}`,
  'empty strings': () => `l${'0:'.repeat(tenMillion / 2)}e`,
  'files that are empty strings': () => infoWith(`l${'0:'.repeat(2_900_000)}e`),
  'ballast in every file': () =>
    infoWith(`l${`d1:al${'0:'.repeat(980)}e6:lengthi0e4:pathl1:xee`.repeat(2900)}e`),
  'a million keys': () => `d${numbered(1_000_000, (number) => `7:${number}0:`)}e`,
  'deep paths': () =>
    infoWith(`l${numbered(5000, (number) => `d6:lengthi0e4:pathl${'1:x'.repeat(99)}7:${number}ee`)}e`),
  'sixty megabytes of pieces': () => {
    const start = 'd4:infod6:lengthi786432000000e4:name1:x12:piece lengthi262144e6:pieces60000000:';
    const message = Buffer.alloc(start.length + 60_000_002, 'e'); // in place: its making must not cost more than reading it
    message.write(start, 'latin1');
    return message;
  },
};

const [, , name = '', parser = ''] = process.argv;
const made = messages[name]?.() ?? '';
const message = typeof made === 'string' ? Buffer.from(made, 'latin1') : made;
(globalThis as { gc?: () => void }).gc?.(); // node --expose-gc
const before = process.memoryUsage.rss();
let outcome = 'parsed';
try {
  if (parser === 'decode') decodeBencode(message);
  else parseMetainfo(message);
} catch (error) {
  outcome = error instanceof Error ? error.message : String(error);
}
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ outcome, taken: peak - before, length: message.length }));
