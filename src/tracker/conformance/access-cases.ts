import assert from 'node:assert/strict';
import { ClientRule } from '../access/client-rule.ts';
import { TorrentAccess } from '../access/torrent-access.ts';
import {
  announced,
  clientOf,
  type FrontEndBench,
  type FrontEndCase,
  sampleTorrent,
  scraped,
} from './harness.ts';

/** The access rules of a case, to be changed while it runs. */
interface Rules {
  readonly access: TorrentAccess;
  readonly clients: ClientRule;
}

/** A case with access rules of its own. */
function accessCase(name: string, run: (bench: FrontEndBench, rules: Rules) => Promise<void>): FrontEndCase {
  const makeRules = (): Rules => ({
    access: new TorrentAccess(),
    clients: new ClientRule(),
  });
  let rules = makeRules();
  return {
    name,
    core: () => {
      rules = makeRules();
      return { access: rules.access, rules: [rules.clients] };
    },
    run: (bench) => run(bench, rules),
  };
}

/** Why the announce of a client is refused; undefined when it is not. */
async function refusalOf(
  { harness }: FrontEndBench,
  client: number,
  torrent = 1,
): Promise<string | undefined> {
  return (await harness.announce({ client, infoHash: sampleTorrent(torrent) })).failure;
}

function enforce({ core }: FrontEndBench): void {
  while (core.enforceAccess());
}

/** What is tracked, and for whom, while both change. */
export const accessCases: readonly FrontEndCase[] = [
  accessCase(
    'access: each mode tracks what it says, from the moment on when it changes',
    async (bench, { access }) => {
      access.allow.entries.add(sampleTorrent(2));
      access.deny.entries.add(sampleTorrent(3));
      const notAllowed = 'this torrent is not allowed here';
      for (const [mode, ...expected] of [
        ['open', undefined, undefined, undefined, undefined],
        ['deny', undefined, undefined, notAllowed, undefined],
        ['allow', undefined, undefined, notAllowed, notAllowed],
        ['registered', undefined, 'unregistered torrent', notAllowed, 'unregistered torrent'],
      ] as const) {
        access.mode = mode;
        bench.core.accessChanged();
        const seen: unknown[] = [];
        for (const torrent of [1, 2, 3, 4]) seen.push(await refusalOf(bench, 1, torrent));
        assert.deepEqual(seen, expected, mode);
        enforce(bench);
        assert.equal(bench.core.stats().swarms, expected.filter((refusal) => refusal === undefined).length);
      }
    },
  ),
  accessCase(
    'access: a torrent that is switched off is refused, and its peers are gone',
    async (bench, { access }) => {
      await announced(bench, { client: 1 });
      access.switchedOff.add(sampleTorrent(1));
      bench.core.accessChanged(sampleTorrent(1));
      assert.equal(await refusalOf(bench, 2), 'this torrent is switched off here');
      assert.equal(await scraped(bench), '0/0/0');
      access.switchedOff.delete(sampleTorrent(1));
      bench.core.accessChanged(sampleTorrent(1));
      assert.deepEqual(await announced(bench, { client: 2 }), ['0/1', []]);
    },
  ),
  accessCase('access: a client that is denied is refused, and others are not', async (bench, { clients }) => {
    clients.set({ allow: [], deny: [clientOf(2).peerId] });
    assert.equal(await refusalOf(bench, 2), 'your client is not allowed here');
    assert.deepEqual(await announced(bench, { client: 1 }), ['0/1', []]);
  }),
];
