import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatEndpoint } from '../../../src/bittorrent/endpoint.ts';
import { isRequestFault, ProtocolError } from '../../../src/bittorrent/errors.ts';
import { infoHashFromHex } from '../../../src/bittorrent/info-hash.ts';
import { encodeUdpOptions, parseUdpOptions } from '../../../src/bittorrent/udp-options.ts';
import {
  encodeUdpConnect,
  MutableUdpRequest,
  parseUdpAnnounce,
  parseUdpScrape,
  udpActionOf,
} from '../../../src/bittorrent/udp-request.ts';
import { decodeUdpReply, writeUdpError } from '../../../src/bittorrent/udp-response.ts';

const hash = '0102030405060708090a0b0c0d0e0f1011121314';

/** An announce written by hand from BEP 15's table; the parts may be changed. */
function announcePacket(changes: Record<string, string> = {}, tail = ''): Buffer {
  const fields = {
    connectionId: '1122334455667788',
    action: '00000001',
    transactionId: 'cafebabe',
    infoHash: hash,
    peerId: Buffer.from('-TS0001-000000000001').toString('hex'),
    downloaded: '0000000100000002',
    left: '0000000000000003',
    uploaded: '0000000000000004',
    event: '00000002',
    ip: '0a010203',
    key: 'ffffffff',
    numWant: 'ffffffff',
    port: '1ae1',
    ...changes,
  };
  return Buffer.from(Object.values(fields).join('') + tail, 'hex');
}

function parsed(packet: Buffer, family: 4 | 6 = 4): MutableUdpRequest {
  const request = parseUdpAnnounce(packet, family);
  if (isRequestFault(request)) assert.fail(request.fault);
  return request;
}

function fault(value: object): string {
  if (!isRequestFault(value)) assert.fail('it was accepted');
  return value.fault;
}

describe('a connect request (BEP 15)', () => {
  it('has the bytes of the standard', () => {
    assert.equal(encodeUdpConnect(0xcafebabe).toString('hex'), '000004172710198000000000cafebabe');
  });

  it('is one only with the id of the protocol', () => {
    const packet = encodeUdpConnect(1);
    assert.equal(udpActionOf(packet), 0);
    packet[7] = 0;
    assert.equal(udpActionOf(packet), -1);
    assert.equal(udpActionOf(packet.subarray(0, 15)), -1);
  });
});

describe('an announce request (BEP 15)', () => {
  it('is read field by field', () => {
    const request = parsed(announcePacket());
    assert.equal(Buffer.from(request.infoHash).toString('hex'), hash);
    assert.equal(Buffer.from(request.peerId).toString(), '-TS0001-000000000001');
    assert.deepEqual([request.downloaded, request.left, request.uploaded], [2 ** 32 + 2, 3, 4]);
    assert.deepEqual([request.event, request.ip, request.key], ['started', '10.1.2.3', 0xffffffff]);
    assert.deepEqual([request.numWant, request.port, request.urlData], [undefined, 6881, '']);
  });

  it('leaves nothing behind for the next one', () => {
    const scratch = new MutableUdpRequest();
    parseUdpAnnounce(announcePacket({ numWant: '00000005' }, '02022f61'), 4, scratch);
    parseUdpAnnounce(announcePacket({ ip: '00000000', event: '00000009' }), 4, scratch);
    assert.deepEqual(
      [scratch.numWant, scratch.ip, scratch.event, scratch.urlData],
      [undefined, undefined, 'none', ''],
    );
  });

  it('holds numbers beyond 2^53, such as a left that is not known yet', () => {
    assert.equal(parsed(announcePacket({ left: 'ffffffffffffffff' })).left, Number.MAX_SAFE_INTEGER);
    assert.equal(parsed(announcePacket({ left: '001fffffffffffff' })).left, Number.MAX_SAFE_INTEGER);
  });

  it('has no address of its own over IPv6', () => {
    assert.equal(parsed(announcePacket(), 6).ip, undefined);
  });

  it('is refused when it is short, or has no port', () => {
    assert.match(fault(parseUdpAnnounce(announcePacket().subarray(0, 97), 4)), /98 bytes/);
    assert.match(fault(parseUdpAnnounce(announcePacket({ port: '0000' }), 4)), /^port/);
  });
});

describe('the options of an announce (BEP 41)', () => {
  it('carry the path and query in parts, with NOPs, up to the end', () => {
    const options = [1, 2, 3, 0x2f, 0x61, 0x3f, 1, 2, 2, 0x62, 0x63, 0, 9, 9];
    assert.equal(parseUdpOptions(Buffer.from(options), 0), '/a?bc');
  });

  it('may be others, which are passed over, or nothing but zeroes', () => {
    assert.equal(parseUdpOptions(Buffer.from([77, 2, 1, 1, 2, 1, 0x2f]), 0), '/');
    assert.equal(parseUdpOptions(Buffer.alloc(20), 0), '');
  });

  it('are refused when they are cut short or far too long', () => {
    for (const bytes of [[2], [2, 2, 0x2f], [77, 255, 0]])
      assert.match(fault(Object(parseUdpOptions(Buffer.from(bytes), 0))), /cut short/);
    assert.match(fault(Object(parseUdpOptions(encodeUdpOptions('x'.repeat(1025)), 0))), /too long/);
    assert.match(fault(parseUdpAnnounce(announcePacket({}, '0209'), 4)), /cut short/);
  });

  it('of more than 255 bytes are written in parts', () => {
    const path = `/${'x'.repeat(600)}`;
    assert.equal(encodeUdpOptions(path).length, 601 + 3 * 2 + 1);
    assert.equal(parseUdpOptions(encodeUdpOptions(path), 0), path);
    assert.equal(encodeUdpOptions('').length, 0);
  });
});

describe('a scrape request (BEP 15)', () => {
  it('needs whole info-hashes', () => {
    const head = '11223344556677880000000200000001';
    const hashes = parseUdpScrape(Buffer.from(head + hash, 'hex'));
    assert.deepEqual(hashes, [infoHashFromHex(hash)]);
    assert.match(fault(parseUdpScrape(Buffer.from(`${head}${hash}00`, 'hex'))), /20 bytes/);
    assert.match(fault(parseUdpScrape(Buffer.from(head, 'hex'))), /20 bytes/);
    assert.match(fault(parseUdpScrape(Buffer.alloc(16 + 75 * 20))), /74/);
  });
});

describe('a reply (BEP 15)', () => {
  it('to an announce is read field by field', () => {
    const packet = Buffer.from(`00000001cafebabe000007080000000200000003${'7f0000011ae1'}0a`, 'hex');
    const reply = decodeUdpReply(packet, 4);
    if (reply.kind !== 'announce') assert.fail(reply.kind);
    assert.deepEqual([reply.transactionId, reply.intervalSeconds], [0xcafebabe, 1800]);
    assert.deepEqual([reply.incomplete, reply.complete], [2, 3]);
    assert.deepEqual(reply.peers.map(formatEndpoint), ['127.0.0.1:6881']);
  });

  it('that refuses is one printable line, and never long', () => {
    const out = Buffer.alloc(2000);
    const end = writeUdpError(out, 0, 5, `no\n${'ü'.repeat(1000)}`);
    assert.ok(end <= 8 + 256);
    const reply = decodeUdpReply(out.subarray(0, end), 4);
    assert.equal(reply.kind === 'error' && reply.failure.startsWith('no\ufffdü'), true);
  });

  for (const hex of ['', '00000000', '0000000000000001ff', '0000000100000001ff', '0000000900000001'])
    it(`is none: "${hex}"`, () => {
      assert.throws(() => decodeUdpReply(Buffer.from(hex, 'hex'), 4), ProtocolError);
    });
});
