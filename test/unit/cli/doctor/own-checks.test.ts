import assert from 'node:assert/strict';
import { chmod, mkdir, utimes, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { type Finding, findingsOf } from '../../../../src/cli/doctor/finding.ts';
import { lookAtTracker } from '../../../../src/cli/doctor/look/look-at-tracker.ts';
import { lookAtDataFolder } from '../../../../src/cli/doctor/own/data-folder.ts';
import { lookAtOwn } from '../../../../src/cli/doctor/own/look-at-own.ts';
import { lookAtMachine } from '../../../../src/cli/doctor/own/machine.ts';
import type { OwnEvidence } from '../../../../src/cli/doctor/own/own-evidence.ts';
import { OWN_CHECKS } from '../../../../src/cli/doctor/own-checks.ts';
import { TRACKER_CHECKS } from '../../../../src/cli/doctor/tracker-checks.ts';
import { ServerClient } from '../../../../src/cli/server-client.ts';
import { makeFileTorrent, startTestApp } from '../../../support/app.ts';
import { CertificateAuthority } from '../../../support/certificates.ts';
import { eventually } from '../../../support/eventually.ts';
import { freePort } from '../../../support/free-port.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { requireTool } from '../../../support/tools.ts';

async function lookAt(dataDir: string): Promise<OwnEvidence> {
  const signal = new AbortController().signal;
  const client = await ServerClient.find(dataDir);
  return lookAtOwn({ dataDir, client, timeoutMs: 10_000, userAgent: 'Seedbed/test', signal });
}

function find(findings: readonly Finding[], check: string): Finding {
  const found = findings.find((finding) => finding.check === check);
  assert.ok(found !== undefined, `${check} is missing: ${JSON.stringify(findings)}`);
  return found;
}

type Flags = NonNullable<Parameters<typeof startTestApp>[1]>;

/** A server that seeds a torrent. */
async function startSeeding(owner: CleanupOwner, flags: Flags = {}) {
  const app = await startTestApp(owner, flags);
  const { torrent, path, resume } = await makeFileTorrent(owner);
  await app.catalogue.add({ torrent, dataPath: path, resume });
  await eventually('the torrent to be seeded', () => app.catalogue.list()[0]?.seed?.state === 'seeding');
  return app;
}

/** A reverse proxy that speaks to the server from 127.0.0.2 and says for whom. */
async function startReverseProxy(owner: CleanupOwner, port: number, target: () => number): Promise<void> {
  const server = createServer((incoming, outgoing) => {
    const headers = { 'X-Forwarded-For': incoming.socket.remoteAddress ?? '' };
    const to = { host: '127.0.0.1', port: target(), path: incoming.url, localAddress: '127.0.0.2', headers };
    const forwarded = request({ ...to, agent: false }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502);
      response.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy()).end();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  cleanup(owner, () => {
    server.closeAllConnections();
    server.close();
  });
}

describe('the doctor and our own server', () => {
  it('finds a server that seeds in order, with the seed at the address where it was asked', async (t) => {
    const app = await startSeeding(t);
    const own = await lookAt(app.dataDir);
    const findings = findingsOf(OWN_CHECKS, own);
    assert.match(find(findings, 'own.server').what, new RegExp(`as process ${process.pid}$`));
    assert.equal(find(findings, 'own.public-url').level, 'ok');
    const seeds = findings.filter(({ check }) => check === 'own.seed').map(({ what }) => what);
    assert.deepEqual(seeds, [
      `HTTP over IPv4: our seed node is handed out at 127.0.0.1:${app.peerPort}`,
      `UDP over IPv4: our seed node is handed out at 127.0.0.1:${app.peerPort}`,
    ]);
    assert.ok(own.server !== undefined);
    const outside = findingsOf(TRACKER_CHECKS, own.server.tracker);
    assert.deepEqual(
      outside.filter(({ level }) => level === 'wrong'),
      [],
    );
    for (const way of ['reach.http4', 'reach.udp4', 'reach.ws4'])
      assert.equal(find(outside, way).level, 'ok');
    const left = app.catalogue.list()[0]?.swarm;
    assert.deepEqual([left?.leechers, left?.seeders], [0, 1], 'it took its leave');
  });

  it('finds that no server runs', async (t) => {
    const findings = findingsOf(OWN_CHECKS, await lookAt(await makeTempFolder(t)));
    assert.deepEqual(
      [find(findings, 'own.server').level, find(findings, 'own.server').how],
      ['wrong', 'start it: seedbed serve'],
    );
  });

  it('finds a public URL that leads to another server', async (t) => {
    const other = await startTestApp(t, { open: true });
    const app = await startSeeding(t, { publicUrl: other.url });
    const { level, how } = find(findingsOf(OWN_CHECKS, await lookAt(app.dataDir)), 'own.public-url');
    assert.equal(level, 'wrong');
    assert.match(how ?? '', /--public-url/);
  });

  it('finds a server without torrents in order where any torrent may be tracked', async (t) => {
    const app = await startTestApp(t, { open: true });
    const own = await lookAt(app.dataDir);
    assert.ok(own.server !== undefined);
    const findings = [...findingsOf(OWN_CHECKS, own), ...findingsOf(TRACKER_CHECKS, own.server.tracker)];
    assert.equal(find(findings, 'own.public-url').level, 'ok');
    const complaints = findings.filter(
      ({ level, check }) => level !== 'ok' && !/^(machine|folder|name)\./.test(check),
    );
    assert.deepEqual(complaints, []);
    assert.equal(own.server.tracker.spoofing?.isForwardedBelieved, false);
  });

  it('says that it cannot tell where nothing is tracked', async (t) => {
    const app = await startTestApp(t);
    assert.equal(find(findingsOf(OWN_CHECKS, await lookAt(app.dataDir)), 'own.public-url').level, 'note');
  });

  it('knows that a private tracker refuses strangers, and takes the URL of a user', async (t) => {
    const app = await startSeeding(t, { privateTracker: true });
    const own = await lookAt(app.dataDir);
    assert.ok(own.server !== undefined);
    const findings = [...findingsOf(OWN_CHECKS, own), ...findingsOf(TRACKER_CHECKS, own.server.tracker)];
    assert.equal(find(findings, 'announce.refused').level, 'note');
    assert.match(find(findings, 'announce.refused').how ?? '', /seedbed user add/);
    const wrong = findings.filter(
      ({ level, check }) => level === 'wrong' && !/^(machine|folder)/.test(check),
    );
    assert.deepEqual(wrong, []);
    const client = await ServerClient.find(app.dataDir);
    assert.ok(client !== undefined);
    const { announceUrls } = (await client.call('POST', '/users', { name: 'ann' })) as {
      announceUrls: string[];
    };
    const { infoHash } = app.catalogue.list()[0]?.row ?? {};
    const signal = new AbortController().signal;
    const question = { infoHash, timeoutMs: 10_000, userAgent: 'Seedbed/test', signal };
    const seen = await lookAtTracker({ url: announceUrls[0] ?? '', ...question });
    const ofUser = findingsOf(TRACKER_CHECKS, seen);
    assert.deepEqual(
      ofUser.filter(({ level }) => level === 'wrong'),
      [],
    );
    for (const check of ['announce.interval', 'http.scrape', 'address.seen'])
      assert.equal(find(ofUser, check).level, 'ok', check);
  });

  it('looks at the certificate of its HTTPS port', async (t) => {
    if (requireTool(t, 'openssl') === undefined) return;
    const authority = await CertificateAuthority.create(t);
    const { key, cert } = await authority.issue();
    const folder = await makeTempFolder(t);
    const [tlsKey, tlsCert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    await Promise.all([writeFile(tlsKey, key), writeFile(tlsCert, cert)]);
    const httpsPort = await freePort();
    const publicUrl = `https://localhost:${httpsPort}`;
    const app = await startSeeding(t, { tlsKey, tlsCert, httpsPort, publicUrl });
    const own = await lookAt(app.dataDir);
    assert.ok(own.server !== undefined);
    const outside = findingsOf(TRACKER_CHECKS, own.server.tracker);
    assert.equal(find(outside, 'tls.chain').level, 'wrong', 'nobody here trusts the authority of this test');
    for (const way of ['reach.https4', 'reach.udp4', 'reach.wss4'])
      assert.equal(find(outside, way).level, 'ok');
    assert.equal(find(findingsOf(OWN_CHECKS, own), 'own.public-url').level, 'ok');
  });

  it('finds a seed node that is not handed out behind a proxy, until its address is named', async (t) => {
    for (const [publicAddress, level] of [
      [[], 'wrong'],
      [['203.0.113.9'], 'ok'],
    ] as const) {
      const port = await freePort();
      const publicUrl = `http://127.0.0.1:${port}`;
      const app = await startSeeding(t, {
        publicUrl,
        trustedProxies: ['127.0.0.2'],
        publicAddress,
        udp: false,
      });
      await startReverseProxy(t, port, () => app.httpPort);
      const own = await lookAt(app.dataDir);
      const seed = find(findingsOf(OWN_CHECKS, own), 'own.seed');
      assert.equal(seed.level, level, seed.what);
      if (level === 'wrong') assert.match(seed.how ?? '', /behind a proxy.*--public-address/);
      assert.ok(own.server !== undefined);
      assert.equal(find(findingsOf(TRACKER_CHECKS, own.server.tracker), 'address.seen').level, 'ok');
    }
  });

  it('finds a seed node at a private address on a public host', async (t) => {
    const { server, ...rest } = await lookAt((await startSeeding(t)).dataDir);
    assert.ok(server !== undefined);
    const remote = { address: Uint8Array.of(203, 0, 113, 9) as never, port: 6969 };
    const ways = server.tracker.ways.map((way) =>
      'answer' in way.first
        ? {
            ...way,
            first: { answer: { ...way.first.answer, exchange: { ...way.first.answer.exchange, remote } } },
          }
        : way,
    );
    const far: OwnEvidence = { ...rest, server: { ...server, tracker: { ...server.tracker, ways } } };
    const { level, how } = find(findingsOf(OWN_CHECKS, far), 'own.seed');
    assert.equal(level, 'wrong');
    assert.match(how ?? '', /--public-address, and forward TCP port/);
  });
});

describe('the doctor and the machine', () => {
  /** A /proc of our own. */
  async function machine(
    owner: CleanupOwner,
    files: Readonly<Record<string, string>>,
  ): Promise<readonly Finding[]> {
    const root = await makeTempFolder(owner);
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, 'proc', path)), { recursive: true });
      await writeFile(join(root, 'proc', path), content);
    }
    const folder = await lookAtDataFolder(root);
    const evidence = {
      folder,
      machine: await lookAtMachine({ pid: 7, udpPort: 6969, root }),
      now: new Date(),
    };
    return findingsOf(OWN_CHECKS, { ...evidence, server: undefined });
  }

  const limits = (soft: number): string =>
    `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${soft}                 524288               files     \n`;

  for (const [what, path, content, check, level] of [
    ['small socket buffers', 'sys/net/core/rmem_max', '212992\n', 'machine.socket-buffers', 'note'],
    ['large ones', 'sys/net/core/rmem_max', '16777216\n', 'machine.socket-buffers', 'ok'],
    ['a low limit of open files', '7/limits', limits(256), 'machine.open-files', 'wrong'],
    ['a high one', '7/limits', limits(65_536), 'machine.open-files', 'ok'],
  ] as const)
    it(`finds ${what}`, async (t) => {
      assert.equal(find(await machine(t, { [path]: content }), check).level, level);
    });

  it('finds a firewall that runs out of connections', async (t) => {
    const [count, max] = ['sys/net/netfilter/nf_conntrack_count', 'sys/net/netfilter/nf_conntrack_max'];
    const full = await machine(t, { [count]: '60000\n', [max]: '65536\n' });
    assert.equal(find(full, 'machine.conntrack').level, 'wrong');
    const free = await machine(t, { [count]: '600\n', [max]: '65536\n' });
    assert.equal(find(free, 'machine.conntrack').level, 'ok');
  });

  it('finds packets that the system threw away, by the port of the tracker', async (t) => {
    const line = (port: string, drops: number): string =>
      `  1: 00000000:${port} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 7 2 0 ${drops}\n`;
    const findings = await machine(t, {
      'net/udp': `  sl  local_address rem_address\n${line('1B39', 12)}${line('0035', 500)}`,
      'net/udp6': `  1: 00000000000000000000000000000000:1B39 0:0000 07 0:0 0:0 0 0 0 7 2 0 3\n`,
    });
    assert.match(find(findings, 'machine.udp-drops').what, /threw 15 packets/);
  });

  it('says nothing of what the system does not tell', async (t) => {
    const findings = await machine(t, {});
    assert.deepEqual(
      findings.filter(({ check }) => check.startsWith('machine.')),
      [],
    );
  });

  it('reads the real one without failing', async () => {
    const seen = await lookAtMachine({ pid: process.pid, udpPort: 1 });
    if (process.platform === 'linux') assert.ok((seen.openFilesLimit ?? 0) > 0);
  });
});

describe('the doctor and the data folder', () => {
  async function folderFindings(path: string, changes: object = {}): Promise<readonly Finding[]> {
    const folder = { ...(await lookAtDataFolder(path)), ...changes };
    const machine = await lookAtMachine({ pid: undefined, udpPort: undefined, root: path });
    return findingsOf(OWN_CHECKS, { folder, machine, server: undefined, now: new Date() });
  }

  it('finds a secret that others can read', async (t) => {
    const path = await makeTempFolder(t);
    await writeFile(join(path, 'api-token'), 'x', { mode: 0o600 });
    assert.ok(!(await folderFindings(path)).some(({ check }) => check === 'folder.token'));
    await chmod(join(path, 'api-token'), 0o644);
    assert.match(find(await folderFindings(path), 'folder.token').how ?? '', /^chmod 600 /);
  });

  it('finds files of the future', async (t) => {
    const path = await makeTempFolder(t);
    await writeFile(join(path, 'seedbed.db'), 'x');
    assert.ok(!(await folderFindings(path)).some(({ check }) => check === 'folder.clock'));
    const future = new Date(Date.now() + 3_600_000);
    await utimes(join(path, 'seedbed.db'), future, future);
    assert.equal(find(await folderFindings(path), 'folder.clock').level, 'wrong');
  });

  it('finds a disk that is full, or nearly', async (t) => {
    const path = await makeTempFolder(t);
    for (const [freeBytes, level] of [
      [10 * 1024 * 1024, 'wrong'],
      [500 * 1024 * 1024, 'note'],
      [5 * 1024 ** 3, 'ok'],
    ] as const)
      assert.equal(find(await folderFindings(path, { freeBytes }), 'folder.disk').level, level);
    assert.ok(((await lookAtDataFolder(path)).freeBytes ?? 0) >= 0);
  });

  it('finds what cannot be written, and a folder that is not there', async (t) => {
    const path = await makeTempFolder(t);
    const file = join(path, 'seedbed.db');
    await writeFile(file, 'x');
    await chmod(file, 0o400);
    if (process.getuid?.() === 0) assert.deepEqual((await lookAtDataFolder(path)).unwritable, [], 'root can');
    else
      assert.match(find(await folderFindings(path), 'folder.rights').what, /seedbed\.db cannot be written$/);
    const unwritable = ['seedbed.db', 'node-key'];
    const { what, how } = find(await folderFindings(path, { unwritable }), 'folder.rights');
    assert.match(what, /seedbed\.db cannot be written, and 1 more$/);
    assert.match(how ?? '', /chown/);
    assert.equal(find(await folderFindings(join(path, 'none')), 'folder.exists').level, 'note');
  });
});
