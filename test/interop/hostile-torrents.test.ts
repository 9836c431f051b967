import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { toHex } from '../../src/bittorrent/hex.ts';
import { hasV1, type Metainfo } from '../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import {
  type LoadAnswer,
  type LoadedTorrent,
  loadWithLibtorrent,
} from '../support/clients/libtorrent-load.ts';
import { differences, type Verdict } from '../support/hostile-torrents/differences.ts';
import { hostileTorrents } from '../support/hostile-torrents.ts';
import { findTool, requireTool } from '../support/tools.ts';

/** An entry of the table with both answers. */
interface Compared {
  readonly name: string;
  /** The refusal, or what was read. */
  readonly ours: string | Metainfo;
  readonly theirs: LoadAnswer;
}

/** An entry that both have taken. */
interface BothAccept {
  readonly name: string;
  readonly ours: Metainfo;
  readonly theirs: LoadedTorrent;
}

function answerOf(bytes: Uint8Array): string | Metainfo {
  try {
    return parseMetainfo(bytes);
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
}

/** The files that are on disk, as libtorrent writes them: with the torrent's name in front. */
function filesOf({ info }: Metainfo): unknown[] {
  const files = info.files.filter(({ isPadding }) => !isPadding);
  return files.map(({ path, length, offset }) => [[info.name, ...path].join('/'), length, length && offset]);
}

function theirFilesOf({ files }: LoadedTorrent): unknown[] {
  return files
    .filter(({ isPadding }) => !isPadding)
    .map(({ path, length, offset }) => [path, length, length && offset]);
}

function bothAcceptAs({ name, ours, theirs }: Compared): BothAccept | undefined {
  if (typeof ours === 'string' || theirs.outcome !== 'accepted') return undefined;
  return { name, ours, theirs };
}

function areFilesEqual({ ours, theirs }: BothAccept): boolean {
  return JSON.stringify(filesOf(ours)) === JSON.stringify(theirFilesOf(theirs));
}

/** Whether they took it under other names is seen against what the torrent says, which is what we read, if we do. */
function verdictsOf(compared: Compared): { ours: Verdict; theirs: Verdict } {
  const ours = typeof compared.ours === 'string' ? 'refuses' : 'accepts';
  const theirs = compared.theirs.outcome === 'accepted' ? 'accepts' : 'refuses';
  const both = bothAcceptAs(compared);
  return { ours, theirs: both !== undefined && !areFilesEqual(both) ? 'renames' : theirs };
}

const declared = new Map(
  differences.flatMap(({ entries, ...rest }) => entries.map((entry) => [entry, rest])),
);

/** What is seen, in a word that a declared difference can be held against. */
function disagreement(compared: Compared): string | undefined {
  const { ours, theirs } = verdictsOf(compared);
  const difference = declared.get(compared.name);
  // Where we refuse, nothing tells whether their names are those of the torrent.
  const seen = ours === 'refuses' && theirs === 'accepts' ? ['accepts', 'renames'] : [theirs];
  const isAsDeclared =
    difference === undefined ? ours === theirs : ours === difference.ours && seen.includes(difference.theirs);
  if (isAsDeclared) return undefined;
  const reasons = [compared.ours, 'message' in compared.theirs ? compared.theirs.message : ''];
  const [reason = '', theirReason = ''] = reasons.map((text) => (typeof text === 'string' ? text : ''));
  const says = difference === undefined ? '' : `; declared: ${difference.ours}, ${difference.theirs}`;
  return `${compared.name}: ours ${ours} (${reason.slice(0, 100)}), libtorrent ${theirs} (${theirReason})${says}`;
}

describe('hostile torrents, held against libtorrent', { timeout: 300_000 }, () => {
  let table: readonly Compared[] = [];
  const accepted = (): BothAccept[] => table.flatMap((compared) => bothAcceptAs(compared) ?? []);

  before(async () => {
    if (findTool('libtorrent') === undefined) return;
    const torrents = hostileTorrents();
    const answers = await loadWithLibtorrent(
      { after },
      torrents.map(({ bytes }) => bytes),
    );
    table = torrents.map(({ name, bytes }, index) => ({
      name,
      ours: answerOf(bytes),
      theirs: answers[index] ?? { outcome: 'crashed', message: 'no answer' },
    }));
  });

  it('are too much for libtorrent nowhere', (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    assert.deepEqual(
      table.filter(({ theirs }) => theirs.outcome === 'crashed').map(({ name, theirs }) => [name, theirs]),
      [],
    );
  });

  it('are refused by both or taken by both, but for the declared differences', (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    assert.deepEqual(
      table.flatMap((compared) => disagreement(compared) ?? []),
      [],
    );
  });

  it('have the same info-hashes, pieces and privacy where both take them', (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    for (const { name, ours, theirs } of accepted()) {
      const { pieceLength, pieceCount, isPrivate } = ours.info;
      const v1 = hasV1(ours.info) ? toHex(ours.infoHash) : null;
      const v2 = ours.infoHashV2 === undefined ? null : toHex(ours.infoHashV2);
      const { outcome: _outcome, name: _name, files: _files, ...read } = theirs;
      assert.deepEqual({ v1, v2, pieceLength, pieceCount, isPrivate }, read, name);
    }
  });

  it('are declared as different only where they are in the table, and once', () => {
    const names = new Set(hostileTorrents().map(({ name }) => name));
    const entries = differences.flatMap((difference) => difference.entries);
    assert.deepEqual(
      entries.filter((entry) => !names.has(entry)),
      [],
    );
    assert.equal(new Set(entries).size, entries.length);
  });
});
