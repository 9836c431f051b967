import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type InfoHash, infoHashFromBytes, infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import {
  decodeScrapeReply,
  encodeScrapeReply,
  formatScrapeUrl,
  MAX_SCRAPE_HASHES,
  parseScrapeQuery,
} from '../../../src/bittorrent/scrape.ts';

const hash = (byte: number): InfoHash => infoHashFromBytes(new Uint8Array(20).fill(byte));

function parse(query: string): unknown {
  const bytes = Buffer.from(query, 'latin1');
  return parseScrapeQuery(bytes, 0, bytes.length);
}

describe('parseScrapeQuery', () => {
  it('reads every info-hash, in order, and passes over the rest', () => {
    const query = `info_hash=${'a'.repeat(20)}&x=1&info_hash=${'%FF'.repeat(20)}`;
    assert.deepEqual(parse(query), [hash(0x61), hash(0xff)]);
  });

  it('gives no info-hash for a full scrape', () => {
    assert.deepEqual(parse(''), []);
    assert.deepEqual(parse('passkey=x'), []);
  });

  it('refuses an info-hash of another length, and more than fit', () => {
    for (const value of ['', 'a', 'a'.repeat(21), `${'a'.repeat(19)}%4`])
      assert.deepEqual(parse(`info_hash=${value}`), { fault: 'info_hash must have 20 bytes' });
    const many = (count: number): string =>
      Array(count)
        .fill(`info_hash=${'a'.repeat(20)}`)
        .join('&');
    assert.equal((parse(many(MAX_SCRAPE_HASHES)) as unknown[]).length, MAX_SCRAPE_HASHES);
    assert.deepEqual(parse(many(MAX_SCRAPE_HASHES + 1)), { fault: 'info_hash is given more than 74 times' });
  });
});

describe('formatScrapeUrl', () => {
  it('follows the examples of BEP 48', () => {
    const url = (text: string): string | undefined => formatScrapeUrl(text, []);
    assert.equal(url('http://t/announce/0123456789abcdef'), 'http://t/scrape/0123456789abcdef?');
    assert.equal(url('http://t/announce/x'), undefined, 'that is no passkey');
    assert.equal(url('http://t/announcement/0123456789abcdef'), undefined);
    assert.equal(url('http://example.com/announce'), 'http://example.com/scrape?');
    assert.equal(url('http://example.com/x/announce'), 'http://example.com/x/scrape?');
    assert.equal(url('http://example.com/announce.php'), 'http://example.com/scrape.php?');
    assert.equal(url('http://example.com/a'), undefined);
    assert.equal(url('http://example.com/announce?x2%0644'), 'http://example.com/scrape?x2%0644&');
    assert.equal(url('http://example.com/announce?x=2/4'), 'http://example.com/scrape?x=2/4&');
    assert.equal(url('http://example.com/x%064announce'), undefined);
  });

  it('carries the info-hashes', () => {
    assert.equal(
      formatScrapeUrl('http://t/announce', [hash(0x61), hash(0xff)]),
      `http://t/scrape?info_hash=${'a'.repeat(20)}&info_hash=${'%FF'.repeat(20)}`,
    );
  });
});

describe('the answer to a scrape', () => {
  const counts = { complete: 5, incomplete: 10, downloaded: 50 };

  it('is the one of BEP 48', () => {
    const bytes = encodeScrapeReply([{ infoHash: hash(0x61), ...counts }]);
    assert.equal(
      Buffer.from(bytes).toString('latin1'),
      `d5:filesd20:${'a'.repeat(20)}d8:completei5e10:downloadedi50e10:incompletei10eeee`,
    );
  });

  it('has each swarm once, in the order of their bytes', () => {
    const swarms = [hash(0xff), hash(1), hash(0xff)].map((infoHash) => ({ infoHash, ...counts }));
    assert.deepEqual(
      decodeScrapeReply(encodeScrapeReply(swarms)).map(({ infoHash }) => infoHash[0]),
      [1, 0xff],
    );
  });

  it('is read with keys that are no UTF-8, or look like hexadecimal', () => {
    const swarms = [hash(0x30), hash(0xc3), hash(0xff)].map((infoHash) => ({ infoHash, ...counts }));
    assert.deepEqual(decodeScrapeReply(encodeScrapeReply(swarms)), swarms);
  });

  it('counts what is missing or negative as zero, and passes over what is no swarm', () => {
    const text = `d5:filesd3:abci1e20:${'a'.repeat(20)}d8:completei-4ee20:${'b'.repeat(20)}leee`;
    assert.deepEqual(decodeScrapeReply(Buffer.from(text)), [
      { infoHash: hash(0x61), complete: 0, incomplete: 0, downloaded: 0 },
    ]);
  });

  it('is refused when it is a failure or none', () => {
    assert.throws(
      () => decodeScrapeReply(Buffer.from('d14:failure reason4:nopee')),
      /refused the scrape: nope/,
    );
    for (const text of ['', 'de', 'le', 'd5:files1:ae', 'd5:fileslee', '<html>'])
      assert.throws(
        () => decodeScrapeReply(Buffer.from(text)),
        { name: 'ProtocolError', code: 'ERR_TRACKER_RESPONSE' },
        text,
      );
  });
});

it('reads the keys of trackers that write them as UTF-8', () => {
  const key = Buffer.from('\u00ab'.repeat(20)); // as the npm package bittorrent-tracker does
  const reply = Buffer.concat([
    Buffer.from(`d5:filesd${key.length}:`),
    key,
    Buffer.from('d8:completei3e10:incompletei2eeee'),
  ]);
  const [swarm] = decodeScrapeReply(reply);
  assert.deepEqual([infoHashToHex(swarm?.infoHash as never), swarm?.complete], ['ab'.repeat(20), 3]);
  const foreign = Buffer.concat([
    Buffer.from('d5:filesd40:'),
    Buffer.from('\u0416'.repeat(20)),
    Buffer.from('deee'),
  ]);
  assert.deepEqual(decodeScrapeReply(foreign), []);
});
