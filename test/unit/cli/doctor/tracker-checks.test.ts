import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { type InfoHash, infoHashFromHex } from '../../../../src/bittorrent/info-hash.ts';
import type { TrackerEvidence, WayEvidence } from '../../../../src/cli/doctor/evidence.ts';
import { type Finding, findingsOf } from '../../../../src/cli/doctor/finding.ts';
import { lookAtTracker } from '../../../../src/cli/doctor/look/look-at-tracker.ts';
import { PlayedPeers } from '../../../../src/cli/doctor/look/played-peers.ts';
import { walk } from '../../../../src/cli/doctor/look/walk.ts';
import { TRACKER_CHECKS } from '../../../../src/cli/doctor/tracker-checks.ts';
import { startTestApp } from '../../../support/app.ts';
import { startBittorrentTracker } from '../../../support/bittorrent-tracker.ts';
import { CertificateAuthority, type IssuedCertificate } from '../../../support/certificates.ts';
import { startOpentracker } from '../../../support/clients/opentracker.ts';
import { type FixedAnswer, startFixedTracker } from '../../../support/fixed-tracker.ts';
import { answerUdp, startFixedUdpTracker, udpReply } from '../../../support/fixed-udp-tracker.ts';
import { freePort } from '../../../support/free-port.ts';
import { type CleanupOwner, cleanup, Scope } from '../../../support/scope.ts';
import { findTool, requireTool } from '../../../support/tools.ts';

function look(url: string, infoHash?: InfoHash, timeoutMs = 10_000): Promise<TrackerEvidence> {
  const signal = new AbortController().signal;
  return lookAtTracker({ url, infoHash, timeoutMs, userAgent: 'Seedbed/test', signal, patienceMs: 0 });
}

async function examine(url: string, infoHash?: InfoHash, timeoutMs?: number): Promise<readonly Finding[]> {
  return findingsOf(TRACKER_CHECKS, await look(url, infoHash, timeoutMs));
}

/** Waits long for an answer that a good tracker would not send. */
async function examineForged(url: string): Promise<readonly Finding[]> {
  const signal = new AbortController().signal;
  const question = { timeoutMs: 10_000, silenceMs: 10_000, patienceMs: 0, userAgent: 'Seedbed/test', signal };
  return findingsOf(TRACKER_CHECKS, await lookAtTracker({ url, ...question }));
}

/** `wrong address.seen`, for all that is no "ok", without what every tracker on loopback is told. */
function complaints(findings: readonly Finding[]): string[] {
  const all = findings.filter(({ level, check }) => level !== 'ok' && !check.startsWith('name.'));
  for (const { how } of all) assert.ok(how !== undefined && how.length > 10, 'it says how to mend it');
  return [...new Set(all.map(({ level, check }) => `${level} ${check}`))];
}

function find(findings: readonly Finding[], check: string): Finding {
  const found = findings.find((finding) => finding.check === check);
  assert.ok(found !== undefined, `${check} is missing: ${JSON.stringify(findings)}`);
  return found;
}

/** An answer that has everything, changed a little. */
function answering(
  changes: Readonly<Record<string, never | string | number | object | undefined>>,
): FixedAnswer {
  return ({ url = '' }, response) => {
    if (!url.startsWith('/announce?')) return response.writeHead(404).end();
    const reply = { complete: 0, incomplete: 1, interval: 1800, peers: Buffer.alloc(0), ...changes };
    return response.end(encodeBencode(reply as never));
  };
}

describe('the doctor finds nothing wrong with', () => {
  it('our own tracker, over HTTP and UDP, IPv4 and IPv6', async (t) => {
    const app = await startTestApp(t, { open: true, host: '::' });
    for (const host of ['127.0.0.1', '[::1]'])
      for (const url of [
        `http://${host}:${app.httpPort}/announce`,
        `udp://${host}:${app.udpPort}/announce`,
      ]) {
        const findings = await examine(url);
        assert.deepEqual(complaints(findings), [], url);
        for (const check of ['announce.interval', 'announce.peers', 'address.seen', 'udp.connection-id'])
          assert.equal(find(findings, check).level, 'ok');
      }
  });

  it('opentracker, asked for a torrent that it tracks', async (t) => {
    if (requireTool(t, 'opentracker') === undefined) return;
    const infoHash = 'ab'.repeat(20);
    const { announceUrl } = await startOpentracker(t, { infoHashes: [infoHash] });
    const findings = await examine(announceUrl, infoHashFromHex(infoHash));
    assert.deepEqual(
      findings.filter(({ level }) => level === 'wrong'),
      [],
    );
    assert.equal(find(findings, 'reach.udp4').level, 'ok');
  });
});

it('takes leave with both peers that it played, over every way that took them', async (t) => {
  const tracker = await startFixedTracker(t, answering({}));
  const { port } = new URL(tracker.url);
  const udp = await startFixedUdpTracker(t, answerUdp, '127.0.0.1', Number(port));
  const { firstPeer, secondPeer } = await look(tracker.url);
  const stopped = tracker.announces.filter((query) => query.get('event') === 'stopped');
  const ports = stopped.map((query) => Number(query.get('port')));
  for (const played of [firstPeer.port, secondPeer.port]) assert.ok(ports.includes(played));
  const events = udp.packets.filter((packet) => packet.length >= 98).map((packet) => packet.readUInt32BE(80));
  assert.deepEqual(events.slice(-2), [3, 3]);
});

it('takes leave when it is interrupted', async (t) => {
  const abort = new AbortController();
  let count = 0;
  const tracker = await startFixedTracker(t, (request, response) => {
    if (++count === 2) abort.abort(new Error('enough'));
    answering({})(request, response);
  });
  const question = { timeoutMs: 10_000, userAgent: 'Seedbed/test', signal: abort.signal };
  await assert.rejects(lookAtTracker({ url: tracker.url, ...question }), { message: 'enough' });
  const stopped = tracker.announces.filter((query) => query.get('event') === 'stopped');
  const started = tracker.announces.filter((query) => query.get('event') === 'started');
  assert.deepEqual(
    new Set(stopped.map((query) => query.get('port'))),
    new Set(started.map((query) => query.get('port'))),
  );
});

it('has patience with a tracker whose nodes learn of a peer a little later', async (t) => {
  let seen = 0;
  let first: number | undefined;
  const tracker = await startFixedTracker(t, ({ url = '' }, response) => {
    const port = Number(/&port=(\d+)/.exec(url)?.[1]);
    first ??= port;
    const isTold = port === first + 1 && ++seen > 2;
    const peers = isTold ? Buffer.from([127, 0, 0, 1, first >> 8, first & 255]) : Buffer.alloc(0);
    response.end(encodeBencode({ interval: 1800, peers }));
  });
  const signal = new AbortController().signal;
  const question = { timeoutMs: 10_000, userAgent: 'Seedbed/test', signal };
  const findings = findingsOf(TRACKER_CHECKS, await lookAtTracker({ url: tracker.url, ...question }));
  assert.equal(find(findings, 'announce.peers').level, 'ok');
});

describe('the doctor finds', () => {
  it('what is odd about the npm package bittorrent-tracker', async (t) => {
    const findings = await examine((await startBittorrentTracker(t)).http);
    assert.deepEqual(complaints(findings), ['note announce.itself', 'note http.full-scrape']);
    assert.equal(find(findings, 'reach.ws4').level, 'ok');
  });

  it('a name that is not known', async () => {
    const findings = await examine('http://nowhere.invalid/announce');
    assert.deepEqual(
      findings.map(({ level, check, what }) => [level, check, what]),
      [['wrong', 'name.resolves', 'nowhere.invalid: its host name is not known']],
    );
  });

  it('a port where nobody listens, over TCP and UDP', async () => {
    const port = await freePort();
    for (const protocol of ['http', 'udp', 'ws', 'https'] as const) {
      const findings = await examine(`${protocol}://127.0.0.1:${port}/announce`);
      const { level, what, how } = find(findings, `reach.${protocol}4`);
      assert.deepEqual([level, /the connection was refused$/.test(what)], ['wrong', true]);
      assert.match(how ?? '', protocol === 'udp' ? /UDP port \d+/ : /TCP port \d+/);
    }
  });

  it('a firewall that drops UDP where HTTP answers', async (t) => {
    const tracker = await startFixedTracker(t, answering({}));
    const { port } = new URL(tracker.url);
    await startFixedUdpTracker(t, () => {}, '127.0.0.1', Number(port));
    const findings = await examine(`udp://127.0.0.1:${port}/announce`, undefined, 3000);
    assert.match(
      find(findings, 'reach.udp4').how ?? '',
      /HTTP over IPv4 answers, so a firewall drops UDP: open UDP port/,
    );
  });

  it('a torrent that is refused: a note for a made-up one, wrong for one that was named', async (t) => {
    const { url } = await startTestApp(t, {});
    const findings = await examine(`${url}/announce`);
    assert.equal(find(findings, 'announce.refused').level, 'note');
    assert.match(find(findings, 'announce.refused').how ?? '', /--torrent/);
    const named = await examine(`${url}/announce`, infoHashFromHex('cd'.repeat(20)));
    assert.equal(find(named, 'announce.refused').level, 'wrong');
  });

  for (const [what, complaint, changes] of [
    ['an interval below five minutes', 'wrong announce.interval', { interval: 299 }],
    ['an interval above three hours', 'wrong announce.interval', { interval: 10_801 }],
    ['a minimum interval above the interval', 'wrong announce.min-interval', { 'min interval': 3600 }],
    ['an answer without peers', 'wrong http.peers', { peers: undefined }],
    ['peers as dictionaries although compact ones were asked for', 'wrong http.compact', { peers: [] }],
    ['a peer that is not handed out', 'wrong announce.peers', {}],
    ['a missing scrape', 'note http.scrape', {}],
    [
      'proxies whose word is not taken',
      'wrong address.seen',
      { 'external ip': Buffer.from([172, 17, 0, 1]) },
    ],
    ['clients counted twice', 'note announce.twins', { incomplete: 2 }],
  ] as const)
    it(what, async (t) => {
      const tracker = await startFixedTracker(t, answering(changes));
      const findings = await examine(tracker.url);
      assert.ok(complaints(findings).includes(complaint), complaints(findings).join());
    });

  it('a client that is counted for each of its families, and one that is not', async (t) => {
    const own = await startTestApp(t, { open: true, host: '::' });
    const others = await startBittorrentTracker(t);
    for (const [port, level] of [
      [own.httpPort, 'ok'],
      [Number(new URL(others.http).port), 'note'],
    ] as const) {
      const evidence = await look(`http://127.0.0.1:${port}/announce`);
      const ways = await walkBothFamilies(port);
      assert.equal(find(findingsOf(TRACKER_CHECKS, { ...evidence, ways }), 'announce.twins').level, level);
    }
  });

  it('a proxy that the tracker does not trust, by its address', async (t) => {
    const app = await startTestApp(t, { open: true });
    const port = await startProxy(t, app.httpPort);
    const { level, what, how } = find(await examine(`http://127.0.0.1:${port}/announce`), 'address.seen');
    assert.deepEqual(
      [level, what],
      ['wrong', 'HTTP over IPv4: it sees us at 127.0.0.2, and we ask from 127.0.0.1'],
    );
    assert.match(how ?? '', /X-Forwarded-For.*--trusted-proxies/);
  });

  it('a tracker that believes whoever says that he forwards', async (t) => {
    const believing = await look((await startBittorrentTracker(t, { trustProxy: true })).http);
    assert.deepEqual(believing.spoofing, { isForwardedBelieved: true, isParameterBelieved: false });
    assert.equal(
      find(findingsOf(TRACKER_CHECKS, believing), 'address.forwarded').level,
      'note',
      'on this machine',
    );
    assert.equal(find(findingsOf(TRACKER_CHECKS, fromFar(believing)), 'address.forwarded').level, 'wrong');
    const careful = await look((await startBittorrentTracker(t)).http);
    assert.equal(find(findingsOf(TRACKER_CHECKS, fromFar(careful)), 'address.forwarded').level, 'ok');
    const own = await startTestApp(t, { open: true, trustedProxies: ['127.0.0.0/8'] });
    const trusting = await look(`${own.url}/announce`);
    assert.equal(find(findingsOf(TRACKER_CHECKS, trusting), 'address.forwarded').level, 'note');
  });

  it('a tracker that believes the parameter "ip" of strangers', async (t) => {
    const evidence = await look((await startFixedTracker(t, answering({}))).url);
    const spoofing = { isForwardedBelieved: false, isParameterBelieved: true };
    const found = findingsOf(TRACKER_CHECKS, fromFar({ ...evidence, spoofing }));
    assert.equal(find(found, 'address.parameter').level, 'wrong');
  });

  it('a path that is matched by its beginning, and a scrape of everything', async (t) => {
    const tracker = await startFixedTracker(t, ({ url = '' }, response) => {
      const files = { x: { complete: 1, incomplete: 0, downloaded: 1 } };
      const isScrape = url.startsWith('/scrape');
      response.end(encodeBencode(isScrape ? { files } : { interval: 1800, peers: '' }));
    });
    const found = complaints(await examine(tracker.url));
    assert.ok(found.includes('note http.path') && found.includes('note http.full-scrape'), found.join());
  });

  it('a full scrape that is larger than what is fetched', async (t) => {
    const tracker = await startFixedTracker(t, ({ url = '' }, response) =>
      response.end(url.startsWith('/announce?') ? 'd8:intervali1800e5:peers0:e' : Buffer.alloc(100_000)),
    );
    assert.match(find(await examine(tracker.url), 'http.full-scrape').what, /64 KiB or more/);
  });

  it('a redirect, and does not follow it', async (t) => {
    const elsewhere = await startFixedTracker(t, answering({}));
    const tracker = await startFixedTracker(t, (_request, response) =>
      response.writeHead(301, { Location: elsewhere.url }).end(),
    );
    const { level, what } = find(await examine(tracker.url), 'reach.http4');
    assert.deepEqual([level, what], ['wrong', `HTTP over IPv4: it redirects to ${elsewhere.url}`]);
    assert.equal(elsewhere.announces.length, 0);
  });

  it('a page instead of a tracker', async (t) => {
    const page = await startFixedTracker(t, (_request, response) => response.end('<html>'));
    assert.ok(complaints(await examine(page.url)).includes('wrong announce.unreadable'));
    const missing = await startFixedTracker(t, (_request, response) => response.writeHead(404).end('<html>'));
    assert.match(find(await examine(missing.url), 'reach.http4').what, /HTTP status 404/);
  });

  it('a clock that is an hour off', async (t) => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const tracker = await startFixedTracker(t, (request, response) =>
      answering({})(request, response.setHeader('Date', date)),
    );
    assert.match(find(await examine(tracker.url), 'http.clock').what, /differ by 36\d\d|differ by 35\d\d/);
  });

  it('a UDP tracker that takes any connection id', async (t) => {
    const trusting = await startFixedUdpTracker(t, answerUdp);
    assert.equal(find(await examineForged(trusting.url), 'udp.connection-id').level, 'wrong');
    const talking = await startFixedUdpTracker(t, (packet, send, number) => {
      const isForged = packet.readUInt32BE(8) === 1 && packet.readUInt32BE(0) !== 7;
      if (isForged) send(udpReply(packet, 3));
      else answerUdp(packet, send, number);
    });
    assert.equal(find(await examineForged(talking.url), 'udp.connection-id').level, 'note');
  });

  it('a tracker that is slow', async (t) => {
    const evidence = await look((await startFixedTracker(t, answering({}))).url);
    for (const [elapsedMs, level] of [
      [1500, 'note'],
      [6000, 'wrong'],
    ] as const)
      assert.equal(
        find(findingsOf(TRACKER_CHECKS, slowed(evidence, elapsedMs)), 'announce.slow').level,
        level,
      );
  });
});

/** As to a host with addresses of both families, which loopback has no name for everywhere. */
async function walkBothFamilies(port: number): Promise<readonly WayEvidence[]> {
  const signal = new AbortController().signal;
  const infoHash = infoHashFromHex(randomBytes(20).toString('hex'));
  const peers = new PlayedPeers({ infoHash, timeoutMs: 10_000, userAgent: 'Seedbed/test', signal });
  const ways = [
    { protocol: 'http', family: 4, url: `http://127.0.0.1:${port}/announce`, isExpected: true },
    { protocol: 'http', family: 6, url: `http://[::1]:${port}/announce`, isExpected: true },
  ] as const;
  try {
    return await walk(ways, peers, { awaitedPorts: [peers.first.port], patienceMs: 0, signal });
  } finally {
    await peers.leave();
  }
}

/** The same, but the tracker answered from a public address. */
function fromFar(evidence: TrackerEvidence): TrackerEvidence {
  const remote = { address: Uint8Array.of(203, 0, 113, 9) as never, port: 6969 };
  const ways = evidence.ways.map((way) =>
    'answer' in way.first
      ? {
          ...way,
          first: { answer: { ...way.first.answer, exchange: { ...way.first.answer.exchange, remote } } },
        }
      : way,
  );
  return { ...evidence, ways };
}

/** The same, but every announce took so long. */
function slowed(evidence: TrackerEvidence, elapsedMs: number): TrackerEvidence {
  const ways = evidence.ways.map((way) => {
    const slow = (outcome: typeof way.again): typeof way.again =>
      outcome === undefined || 'error' in outcome
        ? outcome
        : { answer: { ...outcome.answer, exchange: { ...outcome.answer.exchange, elapsedMs } } };
    return { ...way, first: slow(way.first) ?? way.first, second: slow(way.second), again: slow(way.again) };
  });
  return { ...evidence, ways };
}

/** A proxy on TCP that forwards from 127.0.0.2, and says nothing of whom it forwards for. */
async function startProxy(owner: CleanupOwner, toPort: number): Promise<number> {
  const server = createTcpServer((client) => {
    const upstream = connect({ port: toPort, host: '127.0.0.1', localAddress: '127.0.0.2' });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(owner, () => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('the doctor and TLS', () => {
  const defaults = getCACertificates('default');
  const scope = new Scope();
  let authority: CertificateAuthority | undefined;

  before(async () => {
    if (findTool('openssl') === undefined) return;
    authority = await CertificateAuthority.create(scope);
    setDefaultCACertificates([...defaults, authority.root]);
  });
  after(async () => {
    setDefaultCACertificates(defaults);
    await scope.end();
  });

  async function serve(t: TestContext, { key, cert }: IssuedCertificate): Promise<number> {
    const server = createServer({ key, cert }, answering({}) as never);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanup(t, () => {
      server.closeAllConnections();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  for (const [what, options, complaint] of [
    ['takes a good certificate', {}, undefined],
    ['takes a chain that is complete', { hasIntermediate: true }, undefined],
    ['finds one that has expired', { daysFrom: -30, daysTo: -2 }, 'wrong tls.expired'],
    ['finds one that expires soon', { daysTo: 5 }, 'note tls.expires-soon'],
    ['finds one that is not valid yet', { daysFrom: 2 }, 'wrong tls.not-yet'],
    ['finds one for another name', { names: 'DNS:other.example' }, 'wrong tls.name'],
  ] as const)
    it(what, async (t) => {
      if (authority === undefined) return t.skip('openssl is not installed');
      const port = await serve(t, await authority.issue(options));
      for (const host of ['localhost', '127.0.0.1']) {
        const findings = await examine(`https://${host}:${port}/announce`);
        const tls = complaints(findings).filter((text) => text.includes('tls.'));
        assert.deepEqual(tls, complaint === undefined ? [] : [complaint]);
        if (complaint === undefined) assert.equal(find(findings, 'tls.certificate').level, 'ok');
        assert.equal(find(findings, 'reach.https4').level, 'ok', 'it looks on, whatever the certificate is');
      }
    });

  it('finds a chain that is not complete', async (t) => {
    if (authority === undefined) return t.skip('openssl is not installed');
    const { key, leaf } = await authority.issue({ hasIntermediate: true });
    const port = await serve(t, { key, cert: leaf });
    const { level, how } = find(await examine(`https://localhost:${port}/announce`), 'tls.chain');
    assert.equal(level, 'wrong');
    assert.match(how ?? '', /fullchain\.pem/);
  });

  it('finds one that nobody trusts, and one that signed itself', async (t) => {
    if (authority === undefined) return t.skip('openssl is not installed');
    const stranger = await CertificateAuthority.create(t);
    const { key, cert } = await stranger.issue({ hasIntermediate: true });
    const port = await serve(t, { key, cert });
    assert.equal(find(await examine(`https://localhost:${port}/announce`), 'tls.untrusted').level, 'wrong');
  });

  it('finds a port that speaks no TLS', async (t) => {
    const plain = await startFixedTracker(t, answering({}));
    const findings = await examine(plain.url.replace('http:', 'https:'));
    assert.match(find(findings, 'tls.handshake4').how ?? '', /http:\/\//);
    assert.equal(find(findings, 'reach.https4').level, 'wrong');
  });
});
