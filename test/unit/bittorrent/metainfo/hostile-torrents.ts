/**
 * Run by hostile-torrents.test.ts in a process of its own with a small heap: parses every hostile torrent, checks what is accepted,
 * and prints what is wrong, a sentence each, as a JSON array.
 */
import { ProtocolError } from '../../../../src/bittorrent/errors.ts';
import type { Metainfo } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { hostileTorrents } from '../../../support/hostile-torrents.ts';
import { assertSafeMetainfo } from '../../../support/safe-metainfo.ts';

/** Many times what the slowest takes, which has a hundred thousand files. */
const MAX_MS = 5_000;
/** Of the whole process at its peak, of which the table itself takes a third. */
const MAX_MEMORY_KIB = 500_000;

function parsed(bytes: Uint8Array): Metainfo | undefined {
  try {
    return parseMetainfo(bytes);
  } catch (error) {
    const isOurs = error instanceof ProtocolError && error.code === 'ERR_METAINFO';
    if (!isOurs || /\n/.test(error.message) || error.message.length > 2_000) throw error;
    return undefined;
  }
}

const faults: string[] = [];
for (const { name, bytes } of hostileTorrents()) {
  const began = performance.now();
  try {
    const metainfo = parsed(bytes);
    const ms = performance.now() - began;
    if (ms > MAX_MS) faults.push(`${name}: took ${ms} ms`);
    if (metainfo !== undefined) assertSafeMetainfo(metainfo);
  } catch (error) {
    faults.push(`${name}: ${error}`);
  }
}
const { maxRSS } = process.resourceUsage();
if (maxRSS > MAX_MEMORY_KIB) faults.push(`all together: ${maxRSS} KiB of memory`);
console.log(JSON.stringify(faults));
