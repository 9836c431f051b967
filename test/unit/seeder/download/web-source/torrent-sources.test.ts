import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Downloader } from '../../../../../src/seeder/download/downloader.ts';
import type { Leech } from '../../../../../src/seeder/download/leech.ts';
import { TorrentSources } from '../../../../../src/seeder/download/web-source/torrent-sources.ts';
import type { WebSourceStatus } from '../../../../../src/seeder/download/web-source/web-source-status.ts';
import type { Torrent } from '../../../../../src/seeder/torrent.ts';
import { makeTorrentFixture } from '../../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../../support/seeder-clock.ts';

/** The web seeds of a torrent, whose rates and those of its peers are what the test says. */
async function withRates(t: Parameters<typeof makeTorrentFixture>[0], urls: readonly string[]) {
  const { metainfo } = await makeTorrentFixture(t);
  const rates = { sources: 0, peers: 0 };
  const webSources = new Set<WebSourceStatus>();
  let joined = 0;
  const downloader = {
    join: () => {
      joined++;
      return {
        window: {
          get bytesPerSecond() {
            return rates.sources / joined;
          },
        },
      } as unknown as Leech;
    },
    leave: () => joined--,
    get bytesPerSecond() {
      return rates.peers + (joined > 0 ? rates.sources : 0);
    },
  } as unknown as Downloader;
  const torrent = {
    metainfo: { ...metainfo, webSeeds: urls },
    infoHash: metainfo.infoHash,
    files: [],
    state: 'downloading',
    webSources,
  } as unknown as Torrent;
  const clock = new ManualClock();
  const sources = new TorrentSources(torrent, downloader, {
    maxWebSources: 2,
    userAgent: 'Seedbed/test',
    clock,
    isOwn: () => false,
    isBanned: (names) => names.some((name) => name.endsWith('/banned')),
    onBytes: () => {},
    onLeft: () => {},
  });
  const pass = (seconds: number, changed: Partial<typeof rates>): string => {
    Object.assign(rates, changed);
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000);
      sources.tick(clock.nowMs());
    }
    return [...webSources].map(({ state }) => state).join(' ');
  };
  return { pass, sources };
}

test('web seeds rest while peers bring as much, and are asked again when those bring less than half', async (t) => {
  const { pass, sources } = await withRates(t, ['http://a/', 'http://b/', 'http://c/']);
  assert.equal(pass(1, { sources: 100, peers: 50 }), 'active active idle');
  assert.equal(pass(20, { peers: 99 }), 'active active idle');
  assert.equal(pass(11, { peers: 100 }), 'idle idle idle');
  assert.equal(pass(60, { peers: 60 }), 'idle idle idle');
  assert.equal(pass(11, { peers: 40 }), 'active active idle');
  sources.stop();
});

test('a web seed that was banned before is not asked', async (t) => {
  const { pass, sources } = await withRates(t, ['http://a/banned', 'http://b/']);
  assert.equal(pass(1, {}), 'banned active');
  sources.stop();
});
