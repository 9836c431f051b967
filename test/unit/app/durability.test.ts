import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { startApp } from '../../../src/app.ts';
import {
  decodeTrackerReply,
  type TrackerFailure,
  type TrackerReply,
} from '../../../src/bittorrent/announce-response.ts';
import { defaultDatabase } from '../../../src/persistence/database-url.ts';
import { openPersistence } from '../../../src/persistence/open.ts';
import type { Persistence } from '../../../src/persistence/persistence.ts';
import { testConfig } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { readablePeers } from '../../support/readable-peers.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { FaultySink } from '../persistence/faulty-sink.ts';
import { announceOf, UdpClient } from '../tracker/udp/udp-fixture.ts';

/** The database of a folder, whose writes fail or wait on demand. */
async function faultyDatabase(dataDir: string): Promise<{ persistence: Persistence; sink: FaultySink }> {
  const inner = await openPersistence({
    database: defaultDatabase(dataDir),
    logger: pino({ level: 'silent' }),
  });
  const sink = new FaultySink(inner);
  const persistence = new Proxy(inner, {
    get(target, name) {
      const owner = name === 'savePeers' || name === 'saveCompleted' ? sink : target;
      const value: unknown = Reflect.get(owner, name, owner);
      return typeof value === 'function' ? value.bind(owner) : value;
    },
  });
  return { persistence, sink };
}

async function startStrict(t: TestContext) {
  const dataDir = await makeTempFolder(t);
  const { persistence, sink } = await faultyDatabase(dataDir);
  const config = testConfig(dataDir, { open: true, durability: 'strict' });
  const lines: { msg: string; err?: { message: string }; leftOut?: number }[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const app = await startApp(config, { persistence, logger });
  t.after(() => app.stop());
  const announce = async (port: number): Promise<TrackerReply | TrackerFailure> => {
    const query = `info_hash=${'%01'.repeat(20)}&peer_id=${'x'.repeat(20)}&port=${port}&uploaded=0&downloaded=0&left=1`;
    const response = await fetch(`http://127.0.0.1:${app.httpPort}/announce?${query}`);
    return decodeTrackerReply(new Uint8Array(await response.arrayBuffer()));
  };
  const stored = (): number[] => readablePeers(dataDir, '01'.repeat(20)).map(({ port }) => port);
  return { app, sink, announce, stored, lines };
}

describe('a server whose durability is strict', () => {
  it('logs why announces were not saved, one line a second at most with how many', async (t) => {
    const { sink, announce, lines } = await startStrict(t);
    sink.failuresLeft = Number.POSITIVE_INFINITY;
    const notSaved = () => lines.filter(({ msg }) => msg.startsWith('announces could not be saved'));
    let announces = 0;
    await eventually('a second line', async () => {
      await Promise.all(Array.from({ length: 20 }, () => announce((++announces % 60_000) + 1)));
      return notSaved().length > 1;
    });
    const [first, second] = notSaved();
    assert.match(first?.err?.message ?? '', /the disk is away/);
    assert.equal(first?.leftOut, undefined);
    assert.ok((second?.leftOut ?? 0) >= 19, 'those between are counted');
    assert.ok(notSaved().length * 20 <= announces);
  });

  it('says failure on every front end while the database refuses, and saves all when it takes again', async (t) => {
    const { app, sink, announce, stored } = await startStrict(t);
    sink.failuresLeft = Number.POSITIVE_INFINITY;
    const reply = await announce(1);
    assert.ok('failure' in reply);
    assert.deepEqual([reply.retryInSeconds, reply.isFinal], [120, false]);

    const udp = await new UdpClient(t, app.udpPort ?? 0).connect();
    await assert.rejects(udp.announce(announceOf({ port: 2 })), /cannot save announces/);

    const socket = new WebSocket(`ws://127.0.0.1:${app.httpPort}/announce`);
    t.after(() => socket.terminate());
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const answer = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
    const text = '\x01'.repeat(20);
    socket.send(
      JSON.stringify({
        action: 'announce',
        info_hash: text,
        peer_id: 'y'.repeat(20),
        uploaded: 0,
        downloaded: 0,
        left: 1,
        numwant: 0,
        offers: [],
      }),
    );
    assert.match(await answer, /"failure reason":"the tracker cannot save announces/);

    assert.deepEqual(stored(), []);
    const metrics = await (await fetch(`http://127.0.0.1:${app.httpPort}/metrics`)).text();
    assert.match(metrics, /^seedbed_commits_total\{outcome="failed"\} 3$/m);
    assert.match(metrics, /^seedbed_commit_held_bytes 0$/m);
    sink.failuresLeft = 0;
    await eventually('an announce to be saved', async () => 'peers' in (await announce(3)));
    assert.deepEqual(stored().sort(), [1, 2, 3], 'what was refused before is saved too');
  });

  it('answers a failure within a bounded time while the database hangs', async (t) => {
    const { sink, announce, stored } = await startStrict(t);
    const release = sink.hold();
    assert.ok('failure' in (await announce(1)));
    release();
    await eventually('an announce to be saved', async () => 'peers' in (await announce(2)));
    assert.deepEqual(stored().sort(), [1, 2]);
  });
});
