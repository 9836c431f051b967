import { parseMetainfo } from '../../bittorrent/metainfo/parse.ts';
import { ADDRESS_RULES } from './address-rules.ts';
import type { LintFinding, LintRule } from './finding.ts';
import { FORMAT_RULES } from './format-rules.ts';
import { NAME_RULES } from './name-rules.ts';
import { nameNodes } from './name-tree.ts';
import { SIZE_RULES } from './size-rules.ts';

export type { LintFinding, Severity } from './finding.ts';

/** All rules, in the order in which their findings are told. */
const RULES: readonly LintRule[] = [...SIZE_RULES, ...NAME_RULES, ...ADDRESS_RULES, ...FORMAT_RULES];

/**
 * Finds what clients refuse in a `.torrent` file, what is lost on other systems, and what could be better. It asks nobody: whether trackers and
 * web seeds answer is not looked at.
 * @param nowSeconds the time of day, Unix seconds.
 * @throws {ProtocolError} ERR_METAINFO when the bytes are no `.torrent` file.
 */
export function lintTorrent(
  bytes: Uint8Array,
  { nowSeconds = Math.floor(Date.now() / 1000) }: { readonly nowSeconds?: number } = {},
): readonly LintFinding[] {
  const metainfo = parseMetainfo(bytes);
  const subject = { bytes, metainfo, nodes: nameNodes(metainfo.info), nowSeconds };
  return RULES.flatMap((rule) => rule(subject) ?? []);
}
