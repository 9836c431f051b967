import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeBencode } from '../../src/bittorrent/bencode.ts';
import { startTestApp } from '../support/app.ts';
import { startBittorrentTracker } from '../support/bittorrent-tracker.ts';
import { CertificateAuthority } from '../support/certificates.ts';
import { startFixedTracker } from '../support/fixed-tracker.ts';
import { freePort } from '../support/free-port.ts';
import { startProcess } from '../support/processes.ts';
import type { CleanupOwner } from '../support/scope.ts';
import { scrape } from '../support/scrape.ts';
import { seedbedCommand } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const HASH = 'ab'.repeat(20);

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever that is. */
function run(owner: CleanupOwner, ...args: readonly string[]): Promise<Outcome> {
  return runWith(owner, {}, ...args);
}

async function runWith(
  owner: CleanupOwner,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Outcome> {
  const [program, ...rest] = seedbedCommand(args) as [string, ...string[]];
  const child = startProcess(owner, program, rest, { name: `seedbed ${args[0]}`, env });
  const { code } = await child.waitForExit();
  return { code, stdout: child.stdout, stderr: child.stderr };
}

describe('seedbed announce', () => {
  it('takes part for a moment and prints what came back', async (t) => {
    const app = await startTestApp(t, { open: true });
    await run(t, 'announce', `${app.url}/announce`, HASH, '--no-stop', '--port', '7001');
    assert.equal((await scrape(app.url, HASH)).incomplete, 1);
    const { code, stdout, stderr } = await run(t, 'announce', `${app.url}/announce`, HASH);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Answered: +127\.0\.0\.1:\d+ by http in \d+ ms, \d+ bytes sent, \d+ received$/m);
    assert.match(stdout, /^Seeders: +0\nLeechers: +2$/m);
    assert.match(stdout, /^Interval: +\d+:\d\d, at least \d+:\d\d$/m);
    assert.match(stdout, /^Our address: +127\.0\.0\.1\nPeers: +1\n {2}127\.0\.0\.1:7001\n$/m);
    assert.equal((await scrape(app.url, HASH)).incomplete, 1, 'it took its leave');
  });

  it('tells a program the same, over each protocol', async (t) => {
    const app = await startTestApp(t, { open: true });
    const others = await startBittorrentTracker(t);
    const udp = `udp://127.0.0.1:${app.udpPort}/announce`;
    for (const url of [`${app.url}/announce`, udp, others.http, others.udp, others.ws]) {
      const { code, stdout } = await run(t, 'announce', '--json', url, `${HASH}${'cd'.repeat(12)}`);
      assert.equal(code, 0, stdout);
      const facts = JSON.parse(stdout) as Record<string, unknown>;
      assert.deepEqual([facts['url'], facts['infoHash']], [url, HASH], 'a v2 hash is cut');
      assert.deepEqual([facts['complete'], facts['incomplete']], [0, 1]);
      assert.ok(Array.isArray(facts['peers']));
      assert.equal(facts['protocol'], new URL(url).protocol.slice(0, -1));
      assert.ok(Number(facts['bytesReceived']) >= Number(facts['answerBytes']));
    }
  });

  it('fails when the tracker refuses, with its words', async (t) => {
    const refusing = await startFixedTracker(t, (_request, response) =>
      response.end(encodeBencode({ 'failure reason': 'not here', 'retry in': 5 })),
    );
    const outcome = await run(t, 'announce', refusing.url, HASH);
    assert.deepEqual([outcome.code, outcome.stderr], [1, 'seedbed: the tracker refused: not here\n']);
    assert.match(outcome.stdout, /^Refused: +not here\nRetry in: +5:00$/m);
    assert.equal(refusing.announces.length, 1, 'whoever was refused takes no leave');
    const { code, stdout } = await run(t, 'announce', '--json', refusing.url, HASH);
    assert.equal(code, 1);
    const { failure, retryInSeconds } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([failure, retryInSeconds], ['not here', 300]);
  });

  it('says what it is told to say', async (t) => {
    const tracker = await startFixedTracker(t, (_request, response) =>
      response.end(encodeBencode({ interval: 600, peers: [{ ip: '127.0.0.9', port: 5 }] })),
    );
    const flags = ['--event', 'completed', '--port', '9', '--left', '0', '--numwant', '3', '--key', 'ff'];
    const { stdout } = await run(
      t,
      'announce',
      tracker.url,
      HASH,
      ...flags,
      '--no-compact',
      '--peer-id',
      '-XX0000-abcdefghijkl',
    );
    assert.match(stdout, /^Seeders: +not told$/m);
    assert.match(stdout, /^ {2}127\.0\.0\.9:5$/m);
    assert.equal(tracker.announces.length, 1);
    const told = Object.fromEntries(tracker.announces[0] ?? []);
    assert.deepEqual(
      [
        told['event'],
        told['port'],
        told['left'],
        told['numwant'],
        told['key'],
        told['compact'],
        told['peer_id'],
      ],
      ['completed', '9', '0', '3', '000000ff', '0', '-XX0000-abcdefghijkl'],
    );
  });

  it('gives a program the error too', async (t) => {
    const { code, stdout, stderr } = await run(t, 'announce', '--json', 'udp://127.0.0.1:1/announce', HASH);
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(stdout).error, {
      code: 'ERR_REFUSED',
      message: 'the connection was refused',
    });
    assert.match(stderr, /^seedbed: the tracker cannot be asked: /);
  });
});

describe('seedbed announce over TLS', () => {
  it('says what is wrong with a certificate, and takes one by an authority that it was told of', async (t) => {
    if (requireTool(t, 'openssl') === undefined) return;
    const authority = await CertificateAuthority.create(t);
    const { key, cert } = await authority.issue();
    const folder = await makeTempFolder(t);
    const files = {
      tlsKey: join(folder, 'key.pem'),
      tlsCert: join(folder, 'cert.pem'),
      root: join(folder, 'root.pem'),
    };
    await writeFile(files.tlsKey, key);
    await writeFile(files.tlsCert, cert);
    await writeFile(files.root, authority.root);
    const httpsPort = await freePort();
    await startTestApp(t, { open: true, tlsKey: files.tlsKey, tlsCert: files.tlsCert, httpsPort });
    for (const protocol of ['https', 'wss']) {
      const url = `${protocol}://localhost:${httpsPort}/announce`;
      const refused = await run(t, 'announce', url, HASH);
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        /cannot be asked: its (certificate|chain of certificates) .*(trusted|trusts)/,
      );
      const trusted = await runWith(t, { NODE_EXTRA_CA_CERTS: files.root }, 'announce', url, HASH);
      assert.equal(trusted.code, 0, trusted.stderr);
      assert.match(trusted.stdout, new RegExp(`by ${protocol} in \\d+ ms`));
    }
  });
});

describe('seedbed scrape', () => {
  it('prints the counts of several torrents over each protocol', async (t) => {
    const app = await startTestApp(t, { open: true });
    const others = await startBittorrentTracker(t);
    const udp = `udp://127.0.0.1:${app.udpPort}/announce`;
    for (const url of [`${app.url}/announce`, udp, others.http, others.udp]) {
      await run(t, 'announce', url, HASH, '--no-stop', '--left', '0');
      const { code, stdout } = await run(t, 'scrape', url, HASH, `magnet:?xt=urn:btih:${'cd'.repeat(20)}`);
      assert.equal(code, 0);
      assert.match(stdout, /^INFO-HASH +SEEDERS +LEECHERS +COMPLETED$/m);
      assert.match(stdout, new RegExp(`^${HASH} +1 +0 +\\d$`, 'm'));
      assert.match(stdout, new RegExp(`^${'cd'.repeat(20)} +[0-] +[0-] +[0-]$`, 'm'));
    }
    const { stdout } = await run(t, 'scrape', '--json', others.ws, HASH);
    const { swarms } = JSON.parse(stdout) as { swarms: Record<string, unknown>[] };
    assert.deepEqual([swarms[0]?.['infoHash'], swarms[0]?.['complete']], [HASH, 1]);
  });
});

describe('seedbed doctor', () => {
  it('finds our own tracker in order', async (t) => {
    const app = await startTestApp(t, { open: true });
    const { code, stdout, stderr } = await run(t, 'doctor', `${app.url}/announce`);
    assert.deepEqual([code, stderr], [0, ''], stdout);
    assert.match(stdout, /^ok +HTTP over IPv4 answers in \d+ ms$/m);
    assert.match(stdout, /^ok +UDP over IPv4 answers in \d+ ms$/m);
    assert.doesNotMatch(stdout, /^wrong/m);
  });

  it('fails where something is wrong, and says how to mend it', async (t) => {
    const tracker = await startFixedTracker(t, (_request, response) =>
      response.end(encodeBencode({ interval: 60, peers: '' })),
    );
    const { code, stdout, stderr } = await run(t, 'doctor', tracker.url);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^wrong +HTTP over IPv4: the interval is 1:00, .*\n {7}set it between 5 minutes and 3 hours/m,
    );
    assert.match(stderr, /^seedbed: \d+ things are wrong\n$/);
    const json = await run(t, 'doctor', '--json', tracker.url);
    const { isHealthy, findings } = JSON.parse(json.stdout) as {
      isHealthy: boolean;
      findings: Record<string, string>[];
    };
    assert.deepEqual([json.code, isHealthy], [1, false]);
    assert.ok(findings.some(({ check, level }) => check === 'announce.interval' && level === 'wrong'));
  });

  it('looks at the server of the data folder when no URL is named', async (t) => {
    const app = await startTestApp(t, { open: true });
    const { stdout } = await run(t, 'doctor', '--json', '--data-dir', app.dataDir);
    const { url, findings } = JSON.parse(stdout) as { url: string; findings: Record<string, string>[] };
    assert.equal(url, `${app.url}/announce`);
    const levels = Object.fromEntries(findings.map(({ check, level }) => [check, level]));
    for (const check of [
      'own.server',
      'own.public-url',
      'reach.http4',
      'reach.udp4',
      'reach.ws4',
      'address.seen',
    ])
      assert.equal(levels[check], 'ok', JSON.stringify(findings));
    await app.stop();
    const gone = await run(t, 'doctor', '--data-dir', app.dataDir);
    assert.equal(gone.code, 1);
    assert.match(gone.stdout, /^wrong +no server runs on the data folder .*\n {7}start it: seedbed serve$/m);
  });
});
