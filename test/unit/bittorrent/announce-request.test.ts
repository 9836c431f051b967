import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AnnounceRequest,
  formatAnnounceUrl,
  parseAnnounceQuery,
} from '../../../src/bittorrent/announce-request.ts';
import { isRequestFault } from '../../../src/bittorrent/errors.ts';
import { infoHashFromBytes } from '../../../src/bittorrent/info-hash.ts';
import { peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';

const infoHash = '%124Vx%9A%BC%DE%F1%23Eg%89%AB%CD%EF%124Vx%9A'; // the usual example: 123456789abcdef1...
const required: Record<string, string> = {
  info_hash: infoHash,
  peer_id: '-TR3000-abcdefghijkl',
  port: '6881',
  uploaded: '1',
  downloaded: '2',
  left: '3',
};

function queryOf(parameters: Record<string, string>): string {
  return Object.entries({ ...required, ...parameters })
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
}

function parse(query: string): AnnounceRequest {
  const bytes = Buffer.from(query, 'latin1');
  const result = parseAnnounceQuery(bytes, 0, bytes.length);
  if (isRequestFault(result)) assert.fail(result.fault);
  return result;
}

function faultOf(query: string): string | undefined {
  const bytes = Buffer.from(query, 'latin1');
  const result = parseAnnounceQuery(bytes, 0, bytes.length);
  return isRequestFault(result) ? result.fault : undefined;
}

const withParameter = (name: string, value: string): AnnounceRequest => parse(queryOf({ [name]: value }));
const faultWith = (name: string, value: string): string | undefined => faultOf(queryOf({ [name]: value }));

describe('parseAnnounceQuery', () => {
  it('reads what has to be there, and takes BEP 23 peers where nothing is said', () => {
    const request = parse(queryOf({}));
    assert.equal(Buffer.from(request.infoHash).toString('hex'), '123456789abcdef123456789abcdef123456789a');
    assert.equal(Buffer.from(request.peerId).toString(), '-TR3000-abcdefghijkl');
    const { infoHash: _, peerId: __, ...rest } = { ...request };
    assert.deepEqual(rest, {
      port: 6881,
      uploaded: 1,
      downloaded: 2,
      left: 3,
      event: 'none',
      numWant: undefined,
      key: 0,
      ip: undefined,
      compact: true,
      noPeerId: false,
    });
  });

  it('reads the options', () => {
    const request = parse(
      queryOf({ event: 'started', numwant: '80', compact: '0', no_peer_id: '1', ip: '2001%3Adb8%3A%3A1' }),
    );
    assert.equal(request.event, 'started');
    assert.equal(request.numWant, 80);
    assert.equal(request.compact, false);
    assert.equal(request.noPeerId, true);
    assert.equal(request.ip, '2001:db8::1');
  });

  it('reads only the bytes between start and end', () => {
    const query = queryOf({});
    const line = Buffer.from(`GET /announce?${query} HTTP/1.1`);
    const result = parseAnnounceQuery(line, 14, 14 + query.length);
    assert.equal(isRequestFault(result), false);
    assert.equal((result as AnnounceRequest).left, 3);
  });

  it('takes an event that it does not know as an update', () => {
    for (const event of ['', 'Started', 'x'.repeat(500)])
      assert.equal(withParameter('event', event).event, 'none');
    for (const event of ['started', 'stopped', 'completed', 'paused'])
      assert.equal(withParameter('event', event).event, event);
  });

  it('reads a key of eight hexadecimal digits as the number that UDP carries', () => {
    assert.equal(withParameter('key', '1A2B3C4D').key, 0x1a2b3c4d);
    assert.equal(withParameter('key', 'ffffffff').key, 0xffffffff);
    assert.equal(withParameter('key', '').key, 0);
  });

  it('makes one number of any other key, and always the same', () => {
    const key = withParameter('key', 'my-secret-key').key;
    assert.equal(withParameter('key', 'my-secret-key').key, key);
    assert.notEqual(withParameter('key', 'my-secret-kez').key, key);
    assert.ok(Number.isInteger(key) && key > 0 && key < 2 ** 32);
  });

  it('leaves the number of peers to the tracker where none or a negative one is wanted', () => {
    for (const value of ['-1', '-9999999999', ''])
      assert.equal(withParameter('numwant', value).numWant, undefined);
    assert.equal(withParameter('numwant', '0').numWant, 0);
  });

  it('holds counters at 2^53 - 1: some clients send 2^64 - 1 for "I do not know"', () => {
    assert.equal(withParameter('left', '18446744073709551615').left, Number.MAX_SAFE_INTEGER);
  });

  it('passes over parameters that it does not know, empty ones and stray ampersands', () => {
    assert.equal(parse(`&&supportcrypto=1&=&x&corrupt=0&${queryOf({})}&trackerid=a=b&`).port, 6881);
  });

  it('does not take "+" for a blank in an info-hash', () => {
    const request = withParameter('info_hash', '+'.repeat(20));
    assert.equal(Buffer.from(request.infoHash).toString(), '+'.repeat(20));
  });

  it('names the parameter that is missing', () => {
    for (const name of Object.keys(required)) {
      const rest = Object.entries(required).filter(([key]) => key !== name);
      assert.equal(faultOf(rest.map(([key, value]) => `${key}=${value}`).join('&')), `${name} is missing`);
    }
    assert.equal(faultOf(''), 'info_hash is missing');
  });

  it('names the parameter that is given twice', () => {
    for (const name of [...Object.keys(required), 'event', 'ip', 'key', 'numwant', 'compact'])
      assert.equal(
        faultOf(`${queryOf({ [name]: required[name] ?? '1' })}&${name}=1`),
        `${name} is given twice`,
      );
  });

  it('names the parameter whose length is wrong or whose escape is broken', () => {
    for (const value of [
      '',
      'short',
      `${infoHash}a`,
      'a'.repeat(19),
      `${'a'.repeat(19)}%`,
      `${'a'.repeat(19)}%4`,
      `${'a'.repeat(19)}%zz`,
      'a'.repeat(10_000),
    ]) {
      assert.equal(faultWith('info_hash', value), 'info_hash must have 20 bytes');
      assert.equal(faultWith('peer_id', value), 'peer_id must have 20 bytes');
    }
  });

  it('does not read an escape beyond the end', () => {
    const bytes = Buffer.from(`info_hash=${'a'.repeat(19)}%41`);
    const result = parseAnnounceQuery(bytes, 0, bytes.length - 1);
    assert.deepEqual(result, { fault: 'info_hash must have 20 bytes' });
  });

  it('names the parameter that is out of range', () => {
    for (const value of ['0', '65536', '-1', '', 'x', '80x', '1.5', '+80', '%38', '9'.repeat(40)])
      assert.equal(faultWith('port', value), 'port must lie between 1 and 65535', value);
    for (const name of ['uploaded', 'downloaded', 'left'])
      for (const value of ['-1', '', 'x', '1e3', '9'.repeat(40)])
        assert.equal(faultWith(name, value), `${name} must be a number that is not negative`, value);
    assert.equal(faultWith('numwant', 'many'), 'numwant must be a number');
  });
});

describe('formatAnnounceUrl', () => {
  const request: AnnounceRequest = {
    infoHash: infoHashFromBytes(Buffer.from('123456789abcdef123456789abcdef123456789a', 'hex')),
    peerId: peerIdFromBytes(Buffer.from('-SB0100-abcdefghijkl')),
    port: 6881,
    uploaded: 0,
    downloaded: 0,
    left: 5,
    event: 'started',
    numWant: 30,
    key: 0xabc,
    ip: undefined,
    compact: true,
    noPeerId: false,
  };

  it('appends to a plain announce URL', () => {
    assert.equal(
      formatAnnounceUrl('http://t/announce', request),
      `http://t/announce?info_hash=${infoHash}&peer_id=-SB0100-abcdefghijkl&port=6881&uploaded=0&downloaded=0&left=5&compact=1&event=started&numwant=30&key=00000abc`,
    );
  });

  it('appends to an announce URL that has a query already, such as a passkey', () => {
    assert.match(formatAnnounceUrl('http://t/announce?passkey=x', request), /\?passkey=x&info_hash=/);
  });

  it('leaves out what says nothing', () => {
    const url = formatAnnounceUrl('http://t/', { ...request, event: 'none', numWant: undefined, key: 0 });
    assert.doesNotMatch(url, /event|numwant|key|ip=|no_peer_id/);
  });
});
