import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AnnounceReply,
  announceReplySize,
  decodeTrackerReply,
  encodeFailureReply,
  type TrackerFailure,
  type TrackerReply,
  writeAnnounceReply,
} from '../../../src/bittorrent/announce-response.ts';
import { scanBencode } from '../../../src/bittorrent/bencode-scan.ts';
import { formatAddress, formatEndpoint } from '../../../src/bittorrent/endpoint.ts';

const reply: AnnounceReply = {
  intervalSeconds: 1800,
  minIntervalSeconds: 900,
  complete: 3,
  incomplete: 12,
  downloaded: 100,
  externalIp: undefined,
  peers: Buffer.from('010203041ae1', 'hex'),
  peers6: new Uint8Array(),
  peerList: undefined,
  warning: undefined,
};

function written(changes: Partial<AnnounceReply>): Buffer {
  const whole = { ...reply, ...changes };
  const buffer = Buffer.alloc(announceReplySize(whole));
  return buffer.subarray(0, writeAnnounceReply(buffer, 0, whole));
}

function decoded(bytes: Uint8Array | string): TrackerReply {
  const result = decodeTrackerReply(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  if ('failure' in result) assert.fail(result.failure);
  return result;
}

function failure(bytes: Uint8Array | string): TrackerFailure {
  const result = decodeTrackerReply(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  if (!('failure' in result)) assert.fail('it is no failure');
  return result;
}

describe('writeAnnounceReply', () => {
  it('writes canonical bencode, byte for byte', () => {
    assert.equal(
      written({}).toString('latin1'),
      'd8:completei3e10:downloadedi100e10:incompletei12e8:intervali1800e12:min intervali900e5:peers6:\x01\x02\x03\x04\x1a\xe1e',
    );
  });

  it('writes "peers" even when there are none, and "peers6" only when there are', () => {
    assert.match(written({ peers: new Uint8Array() }).toString('latin1'), /5:peers0:e$/);
    assert.match(written({ peers6: new Uint8Array(18).fill(0x61) }).toString('latin1'), /6:peers618:a{18}e$/);
  });

  it('writes the external address of either family (BEP 24)', () => {
    for (const [bytes, text] of [
      [Uint8Array.of(1, 2, 3, 4), '1.2.3.4'],
      [Buffer.from('20010db8000000000000000000000001', 'hex'), '2001:db8::1'],
    ] as const) {
      const external = decoded(written({ externalIp: bytes })).externalIp;
      assert.equal(external && formatAddress(external), text);
    }
  });

  it('writes peers as dictionaries where they are asked for so (BEP 3)', () => {
    const peerId = new Uint8Array(20).fill(0x70);
    const text = written({
      peerList: [
        { ip: '1.2.3.4', port: 80, peerId },
        { ip: '2001:db8::1', port: 65535, peerId: undefined },
      ],
    }).toString('latin1');
    assert.match(
      text,
      /5:peersld2:ip7:1\.2\.3\.47:peer id20:p{20}4:porti80eed2:ip11:2001:db8::14:porti65535eeee$/,
    );
  });

  it('writes a warning in UTF-8 and stays canonical', () => {
    const bytes = written({ warning: 'naïve 🌱', externalIp: Uint8Array.of(1, 2, 3, 4) });
    assert.equal(scanBencode(bytes).isCanonical, true);
    assert.equal(decoded(bytes).warning, 'naïve 🌱');
  });

  it('needs no more room than announceReplySize says, whatever the values', () => {
    const huge = Number.MAX_SAFE_INTEGER;
    const peer = { ip: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', port: 65535, peerId: new Uint8Array(20) };
    const most = {
      intervalSeconds: huge,
      minIntervalSeconds: huge,
      complete: huge,
      incomplete: huge,
      downloaded: huge,
      externalIp: new Uint8Array(16),
      peers: new Uint8Array(1200),
      peers6: new Uint8Array(3600),
      warning: '語'.repeat(500),
    };
    assert.equal(scanBencode(written(most)).isCanonical, true);
    assert.equal(scanBencode(written({ ...most, peerList: Array(200).fill(peer) })).isCanonical, true);
  });

  it('writes where it is told to, and says where it ended', () => {
    const buffer = Buffer.alloc(400, 0x2e);
    const end = writeAnnounceReply(buffer, 100, reply);
    assert.deepEqual(buffer.subarray(100, end), written({}));
    assert.equal(
      buffer.toString('latin1', 0, 100) + buffer.toString('latin1', end),
      '.'.repeat(400 - end + 100),
    );
  });
});

describe('decodeTrackerReply', () => {
  it('reads what our tracker writes', () => {
    const result = decoded(written({ peers6: Buffer.from(`${'20010db8'.padEnd(31, '0')}1abcd`, 'hex') }));
    assert.deepEqual(result.peers.map(formatEndpoint), ['1.2.3.4:6881', '[2001:db8::1]:43981']);
    assert.deepEqual(
      [result.intervalSeconds, result.minIntervalSeconds, result.complete, result.incomplete],
      [1800, 900, 3, 12],
    );
  });

  it('reads peers as dictionaries and passes over those it cannot reach', () => {
    const peers =
      'ld2:ip7:1.2.3.44:porti80eed2:ip9:some.host4:porti80eed2:ip7:1.2.3.54:porti0eei7ed2:ip3:::14:porti99eee';
    assert.deepEqual(decoded(`d5:peers${peers}e`).peers.map(formatEndpoint), ['1.2.3.4:80', '[::1]:99']);
  });

  it('takes half an hour where the interval is missing or senseless', () => {
    for (const text of ['de', 'd8:intervali0ee', 'd8:intervali-5ee', 'd8:interval3:abce'])
      assert.equal(decoded(text).intervalSeconds, 1800);
  });

  it('reads keys out of order, and ignores kinds that do not fit', () => {
    const result = decoded('d5:peers0:8:intervali60e8:completele11:external ip3:abce');
    assert.deepEqual(
      [result.intervalSeconds, result.complete, result.externalIp, result.peers],
      [60, undefined, undefined, []],
    );
  });

  it('reads a failure: minutes, "never", or the interval (BEP 31)', () => {
    assert.deepEqual(failure('d14:failure reason4:nope8:retry in1:5e'), {
      failure: 'nope',
      retryInSeconds: 300,
      isFinal: false,
    });
    assert.deepEqual(failure('d14:failure reason4:nope8:retry ini5ee'), {
      failure: 'nope',
      retryInSeconds: 300,
      isFinal: false,
    });
    assert.deepEqual(failure('d14:failure reason4:nope8:retry in5:nevere'), {
      failure: 'nope',
      retryInSeconds: undefined,
      isFinal: true,
    });
    assert.deepEqual(failure('d14:failure reason4:nope8:intervali90ee'), {
      failure: 'nope',
      retryInSeconds: 90,
      isFinal: false,
    });
    assert.equal(failure('d14:failure reasoni1ee').failure, 'the tracker refused without saying why');
  });

  it('refuses what is no answer, saying so', () => {
    for (const text of ['', '<html>', 'le', 'i1e', 'd', 'd5:peers5:abcdee', 'd6:peers67:abcdefge', 'deX'])
      assert.throws(() => decodeTrackerReply(Buffer.from(text)), {
        name: 'ProtocolError',
        code: 'ERR_TRACKER_RESPONSE',
      });
  });

  it('refuses an answer beyond 1 MiB before reading it', () => {
    assert.throws(
      () => decodeTrackerReply(Buffer.from(`2000000:${'x'.repeat(2_000_000)}`)),
      /longer than 1048576/,
    );
  });
});

describe('encodeFailureReply', () => {
  it('writes the reason, whole minutes and the interval', () => {
    const bytes = encodeFailureReply({ reason: 'no', retryInSeconds: 61, intervalSeconds: 61 });
    assert.equal(Buffer.from(bytes).toString(), 'd14:failure reason2:no8:intervali61e8:retry ini2ee');
    assert.equal(failure(bytes).retryInSeconds, 120);
  });

  it('says "never" where trying again makes no sense', () => {
    assert.equal(failure(encodeFailureReply({ reason: 'unregistered torrent' })).isFinal, true);
  });
});
