import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { formatAddress } from '../../../../src/bittorrent/endpoint.ts';
import { encodeWsAnnounce } from '../../../../src/bittorrent/ws-request.ts';
import type { AnnounceContext } from '../../../../src/tracker/announce-context.ts';
import { makeCertificateFiles } from '../../../support/certificates.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { requireTool } from '../../../support/tools.ts';
import { RawClient } from '../http/http-fixture.ts';
import { proxyV2 } from '../http/proxy-header.ts';
import { announceOf, connectWs, startWs, WsClient } from './ws-fixture.ts';

/** A rule that refuses everybody with the address that it is told. */
const tellAddress = {
  rules: [
    { refusalOf: (_request: unknown, { source }: AnnounceContext) => ({ reason: formatAddress(source) }) },
  ],
};

const HANDSHAKE =
  'GET /announce HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** A frame as clients send it (RFC 6455, 5.2): masked, up to 64 KiB. */
function frame(payload: Buffer, { opcode = 1, isLast = true } = {}): Buffer {
  const mask = randomBytes(4);
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 0xff];
  const masked = payload.map((byte, i) => byte ^ (mask[i & 3] as number)); // four bytes
  return Buffer.concat([Buffer.of((isLast ? 0x80 : 0) | opcode, ...length), mask, masked]);
}

const announceText = Buffer.from(encodeWsAnnounce(announceOf()));

describe('the tracker over WebSocket: ways to it', () => {
  for (const [version, header, expected] of [
    ['1', 'PROXY TCP4 192.0.2.1 198.51.100.7 56324 6969\r\n', '192.0.2.1'],
    ['2', proxyV2({ source: '2001:db8::1', port: 7 }), '2001:db8::1'],
  ] as const)
    it(`knows the client that a balancer names by the PROXY protocol, version ${version}`, async (t) => {
      const { port } = await startWs(t, { core: tellAddress, http: { proxyProtocol: ['127.0.0.1'] } });
      const createConnection = (): Socket => {
        const socket = connect({ host: '127.0.0.1', port });
        socket.write(header);
        return socket;
      };
      const client = new WsClient(t, `ws://127.0.0.1:${port}/announce`, { createConnection } as object);
      await client.open();
      assert.equal(await client.refused(), expected);
    });

  for (const [what, trustedProxies, expected] of [
    ['is believed from a trusted proxy', ['127.0.0.1'], '198.51.100.7'],
    ['is not believed from anybody else', ['10.0.0.0/8'], '127.0.0.1'],
  ] as const)
    it(`X-Forwarded-For ${what}`, async (t) => {
      const { port } = await startWs(t, { core: tellAddress, server: { trustedProxies } });
      const client = await connectWs(t, port, '/announce', { 'X-Forwarded-For': '1.1.1.1, 198.51.100.7' });
      assert.equal(await client.refused(), expected);
    });

  it('is there over TLS', async (t) => {
    if (requireTool(t, 'openssl') === undefined) return;
    const files = await makeCertificateFiles(await makeTempFolder(t), 'ws');
    const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
    const { port } = await startWs(t, { http: { certificate: { cert, key } } });
    const client = await new WsClient(t, `wss://127.0.0.1:${port}/announce`, { ca: cert }).open();
    assert.equal((await client.announce()).incomplete, 1);
  });

  it('takes a handshake that comes byte by byte, and a message cut anywhere', async (t) => {
    const { port, core } = await startWs(t);
    const client = new RawClient(t, port);
    for (const byte of HANDSHAKE) await client.send(byte);
    await client.until((text) => text.includes('101 Switching Protocols'));
    for (const byte of frame(announceText)) await client.send(String.fromCharCode(byte));
    await client.until((text) => text.includes('"incomplete":1'));
    assert.equal(core.stats().webPeers, 1);
    client.socket.destroy(); // it would not take its leave of a server that stops
  });

  it('takes a message that comes with the handshake, in several fragments, with a ping between them', async (t) => {
    const { port } = await startWs(t);
    const client = new RawClient(t, port);
    const middle = announceText.length >> 1;
    const bytes = Buffer.concat([
      frame(announceText.subarray(0, middle), { isLast: false }),
      frame(Buffer.from('still there?'), { opcode: 9 }),
      frame(announceText.subarray(middle), { opcode: 0 }),
    ]);
    await client.send(HANDSHAKE + bytes.toString('latin1'));
    const text = await client.until((received) => received.includes('"incomplete":1'));
    assert.ok(text.includes('\x8a\x0cstill there?'), 'a pong (RFC 6455, 5.5.3)');
    client.socket.destroy();
  });

  it('closes a socket that cuts a message into too many fragments', async (t) => {
    const { port, server } = await startWs(t);
    const client = new RawClient(t, port);
    await client.send(HANDSHAKE);
    await client.send(frame(Buffer.from('{'), { isLast: false }).toString('latin1'));
    const more = frame(Buffer.from(' '), { opcode: 0, isLast: false }).toString('latin1');
    await client.send(more.repeat(200));
    await client.until((text) => text.includes('\x88'));
    client.socket.destroy();
    await client.closed;
    assert.equal(server.counters().closedProtocol, 1);
  });

  it('never agrees to compress', async (t) => {
    const { port } = await startWs(t);
    const client = await new WsClient(t, `ws://127.0.0.1:${port}/announce`, {
      perMessageDeflate: true,
    }).open();
    assert.equal(client.socket.extensions, '');
    assert.equal((await client.announce()).incomplete, 1);
  });
});
