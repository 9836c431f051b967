import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { infoHashFromBytes, infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { makePeerId } from '../../src/bittorrent/peer-id.ts';
import { encodeUdpAnnounce, encodeUdpConnect } from '../../src/bittorrent/udp-request.ts';
import { decodeUdpReply } from '../../src/bittorrent/udp-response.ts';
import { announceUntilGone } from '../support/acknowledged.ts';
import { eventually } from '../support/eventually.ts';
import { readablePeers } from '../support/readable-peers.ts';
import { cleanup } from '../support/scope.ts';
import { type RunningSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const infoHash = infoHashFromBytes(new Uint8Array(20).fill(1));
const peerId = makePeerId(new Uint8Array(12));
const hex = infoHashToHex(infoHash);

async function startStrict(t: Parameters<typeof startSeedbed>[0], dataDir: string): Promise<RunningSeedbed> {
  return startSeedbed(t, { dataDir, open: true, args: ['--durability', 'strict'] });
}

/** The ports of the peers in the database. */
const stored = (dataDir: string): Set<number> => new Set(readablePeers(dataDir, hex).map(({ port }) => port));

describe('strict durability', { timeout: 120_000 }, () => {
  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    it(`${signal} in mid-load: every announce that was answered is in the database`, async (t) => {
      const dataDir = join(await makeTempFolder(t), 'data');
      const server = await startStrict(t, dataDir);
      const acknowledged = new Set<number>();
      const clients = Array.from({ length: 8 }, (_, i) =>
        announceUntilGone(server, 1000 + i * 8000, acknowledged),
      );
      await eventually('some hundred announces', () => acknowledged.size >= 400);
      server.process.kill(signal);
      await server.process.waitForExit();
      await Promise.all(clients);
      const inDatabase = stored(dataDir);
      const missing = [...acknowledged].filter((port) => !inDatabase.has(port));
      assert.deepEqual(missing, []);
    });

  it('an announce over UDP that was answered is in the database at that moment', async (t) => {
    const dataDir = join(await makeTempFolder(t), 'data');
    const server = await startStrict(t, dataDir);
    const socket = createSocket('udp4');
    cleanup(t, () => new Promise<void>((resolve) => socket.close(() => resolve())));
    const ask = async (packet: Uint8Array) => {
      const answer = once(socket, 'message', { signal: AbortSignal.timeout(60_000) });
      socket.send(packet, server.httpPort, '127.0.0.1');
      return decodeUdpReply((await answer)[0] as Buffer, 4);
    };
    const connected = await ask(encodeUdpConnect(1));
    assert.ok(connected.kind === 'connect');
    const { connectionId } = connected;
    for (let port = 1; port <= 50; port++) {
      const reply = await ask(
        encodeUdpAnnounce(
          { connectionId, transactionId: port },
          {
            infoHash,
            peerId,
            port,
            uploaded: 0,
            downloaded: 0,
            left: 1,
            event: 'none',
            numWant: 0,
            key: 1,
            ip: undefined,
            compact: true,
            noPeerId: false,
          },
        ),
      );
      assert.equal(reply.kind, 'announce');
      assert.ok(stored(dataDir).has(port), `port ${port}`);
    }
  });

  it('with no database that keeps anything, it is refused at the start', async (t) => {
    const dataDir = join(await makeTempFolder(t), 'data');
    const start = startSeedbed(t, { dataDir, args: ['--durability', 'strict', '--database', 'memory'] });
    await assert.rejects(start, /--durability strict cannot be with --database memory/);
  });
});
