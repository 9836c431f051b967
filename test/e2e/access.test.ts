import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/processes.ts';
import { publish, seedbedCommand, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const [A, B] = ['aa', 'bb'].map((byte) => byte.repeat(20)) as [string, string];

/** Runs a command on the server's data folder. */
async function seedbed(t: TestContext, dataDir: string, ...args: string[]) {
  const [program, ...rest] = seedbedCommand([...args, '--data-dir', dataDir]);
  const child = startProcess(t, program as string, rest, { name: `seedbed ${args[0]}` });
  const { code } = await child.waitForExit();
  return { code, stdout: child.stdout, stderr: child.stderr };
}

async function announce(origin: string, infoHash: string): Promise<string> {
  const hash = infoHash.replace(/../g, '%$&');
  const response = await fetch(
    `${origin}/announce?info_hash=${hash}&peer_id=-XX0001-000000000001&port=7001&uploaded=0&downloaded=0&left=9&compact=1`,
  );
  return response.text();
}

describe('seedbed access, allow, deny and track', () => {
  it('change what the running server tracks', async (t) => {
    const dataDir = await makeTempFolder(t);
    const { origin } = await startSeedbed(t, { dataDir });
    assert.match((await seedbed(t, dataDir, 'access')).stdout, /^Mode: +registered: what is published/);

    const allowed = await seedbed(t, dataDir, 'allow', A, B);
    assert.equal(allowed.stdout, '2 put on the allow list\n');
    assert.match(allowed.stderr, /mode is "registered", which asks no allow list: seedbed access allow/);
    assert.match(await announce(origin, A), /unregistered torrent/);
    assert.match(
      (await seedbed(t, dataDir, 'access', 'allow')).stdout,
      /^Mode: +allow: .*\nAllow list: +2 put on it/,
    );
    assert.match(await announce(origin, A), /8:complete/);
    assert.equal((await seedbed(t, dataDir, 'allow')).stdout, `${A}\n${B}\n`);

    assert.equal((await seedbed(t, dataDir, 'deny', A)).stdout, '1 put on the deny list\n');
    assert.match(await announce(origin, A), /not allowed here/);
    assert.equal((await seedbed(t, dataDir, 'deny', '--remove', A)).stdout, '1 taken off the deny list\n');
    assert.match(await announce(origin, A), /8:complete/);
    const json = JSON.parse((await seedbed(t, dataDir, 'access', '--json')).stdout);
    assert.deepEqual([json.mode, json.allow.entries, json.deny.entries], ['allow', 2, 0]);
  });

  it('deny clients and addresses', async (t) => {
    const dataDir = await makeTempFolder(t);
    const { origin } = await startSeedbed(t, { dataDir, open: true });
    const denied = await seedbed(
      t,
      dataDir,
      'deny',
      '--client=-XX',
      '--client',
      '-YY',
      '--address',
      '192.0.2.0/24',
    );
    assert.equal(denied.stderr, '');
    assert.match(denied.stdout, /client -YY put on the deny list\naddress 192\.0\.2\.0\/24 put on/);
    assert.match(await announce(origin, A), /your client is not allowed here/);
    assert.equal(
      (await seedbed(t, dataDir, 'deny')).stdout,
      'client -XX\nclient -YY\naddress 192.0.2.0/24\n',
    );
    await seedbed(t, dataDir, 'deny', '--remove', '--client=-XX');
    assert.match(await announce(origin, A), /8:complete/);
    await seedbed(t, dataDir, 'deny', '--address', '127.0.0.0/8');
    assert.match(await announce(origin, A), /your address is not allowed here/);
    assert.match(
      (await seedbed(t, dataDir, 'access')).stdout,
      /Clients: +0 prefixes allowed, 1 denied; 1 announces refused/,
    );
    const wrong = await seedbed(t, dataDir, 'deny', '--address', 'here');
    assert.deepEqual([wrong.code, /it takes an address, a network/.test(wrong.stderr)], [1, true]);
  });

  it('switch a published torrent off and on', async (t) => {
    const dataDir = await makeTempFolder(t);
    const { origin } = await startSeedbed(t, { dataDir });
    const path = join(await makeTempFolder(t), 'file.bin');
    await writeRandomFile(path, 50_000);
    const { infoHash } = await publish(dataDir, path);
    assert.equal(
      (await seedbed(t, dataDir, 'track', '--off', infoHash)).stdout,
      `Switched off ${infoHash}\n`,
    );
    assert.match(await announce(origin, infoHash), /switched off here/);
    assert.match((await seedbed(t, dataDir, 'list')).stdout, /not tracked/);
    assert.equal((await seedbed(t, dataDir, 'track', infoHash)).stdout, `Tracked ${infoHash}\n`);
    assert.match(await announce(origin, infoHash), /8:complete/);
  });

  it('tell of a published torrent that the deny list stops it', async (t) => {
    const dataDir = await makeTempFolder(t);
    await startSeedbed(t, { dataDir });
    const path = join(await makeTempFolder(t), 'file.bin');
    await writeRandomFile(path, 50_000);
    const { infoHash } = await publish(dataDir, path);
    await seedbed(t, dataDir, 'deny', infoHash);
    const complaint = /nobody can announce file\.bin: the deny list has it \(seedbed deny --remove/;
    const published = await seedbed(t, dataDir, 'publish', path);
    assert.match(published.stdout, /^Published file\.bin/);
    assert.match(published.stderr, complaint);
    assert.match((await seedbed(t, dataDir, 'track', infoHash)).stderr, complaint);
    assert.match((await seedbed(t, dataDir, 'list')).stdout, /seeding, denied/);
  });

  it('read lists from files, and again when they change; a mode of the settings is told', async (t) => {
    const dataDir = await makeTempFolder(t);
    const list = join(await makeTempFolder(t), 'deny.txt');
    await writeFile(list, `${A}\n`);
    const { origin } = await startSeedbed(t, { dataDir, args: ['--access', 'deny', '--deny-list', list] });
    assert.match(await announce(origin, A), /not allowed here/);
    await writeFile(list, `${B}\nrubbish\n`);
    await eventually('the other torrent to be refused', async () =>
      /not allowed/.test(await announce(origin, B)),
    );
    assert.match(await announce(origin, A), /8:complete/);
    assert.ok((await seedbed(t, dataDir, 'access')).stdout.includes(`1 in ${list}, and 1 bad lines`));
    const changed = await seedbed(t, dataDir, 'access', 'registered');
    assert.match(changed.stderr, /name the mode "deny": it holds again after a restart/);
  });

  it('say what is wrong', async (t) => {
    const dataDir = await makeTempFolder(t);
    for (const [args, code, complaint] of [
      [['access'], 1, /no server runs on the data folder/],
      [['access', 'closed'], 2, /"closed" is no access mode: it takes one of open, registered, allow, deny/],
      [['allow', 'abc'], 1, /40 hexadecimal digits/],
      [['deny', '--remove'], 2, /name what to take off/],
      [['track', 'abc'], 1, /40 hexadecimal digits/],
      [['serve', '--access', 'all'], 2, /one of open, registered, allow, deny/i],
      [['serve', '--deny-addresses', '10.0.0.0/33'], 2, /no network/],
      [['serve', '--deny-clients', '%zz'], 2, /no beginning of a peer id/],
      [['serve', '--open', '--access', 'deny'], 2, /leave one out/],
      [
        [
          'serve',
          '--host',
          '127.0.0.1',
          '--http-port',
          '0',
          '--peer-port',
          '0',
          '--deny-list',
          '/nowhere/list',
        ],
        1,
        /the access list \/nowhere\/list does not exist/,
      ],
    ] as const) {
      const outcome = await seedbed(t, dataDir, ...args);
      assert.equal(outcome.code, code, `${args.join(' ')}: ${outcome.stderr}`);
      assert.match(outcome.stderr, complaint);
      assert.doesNotMatch(outcome.stderr, /\n\s+at /, 'no stack');
    }
  });
});
