import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { UserDetailView } from '../../src/api/user-view.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/processes.ts';
import type { CleanupOwner } from '../support/scope.ts';
import { type RunningSeedbed, runSeedbed, seedbedCommand, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const HASH = 'ab'.repeat(20);

/** A private tracker for any torrent, as a process. */
async function startPrivate(
  owner: CleanupOwner,
  dataDir: string,
  args: readonly string[] = [],
): Promise<RunningSeedbed> {
  return startSeedbed(owner, { dataDir, open: true, args: ['--private-tracker', ...args] });
}

function user(dataDir: string, ...args: readonly string[]): Promise<string> {
  return runSeedbed(['user', ...args, '--data-dir', dataDir]);
}

async function show(dataDir: string, name: string): Promise<UserDetailView> {
  return JSON.parse(await user(dataDir, 'show', name, '--json')) as UserDetailView;
}

/** Announces by a user's URL and returns the answer as text. */
async function announce(url: string, uploaded: number, more = ''): Promise<string> {
  const hash = HASH.replace(/../g, '%$&');
  const query = `info_hash=${hash}&peer_id=-TS0001-000000000001&port=6881&downloaded=0&left=0`;
  return (await fetch(`${url}?${query}&uploaded=${uploaded}${more}`)).text();
}

/** The announce URL that a command printed. */
function urlIn(text: string): string {
  const url = /Announce URL\s+(http\S+)/.exec(text)?.[1];
  assert.ok(url !== undefined, text);
  return url;
}

describe('the commands for users', { timeout: 3 * 60_000 }, () => {
  it('add, list, show, disable, enable, expire, change and remove', async (t) => {
    const { dataDir } = await startPrivate(t, join(await makeTempFolder(t), 'data'));
    const url = urlIn(await user(dataDir, 'add', 'anna', '--expires', '30d'));
    assert.match(await announce(url, 0, '&event=started'), /8:complete/);
    assert.match(await announce(url, 5_000_000), /8:complete/);
    const list = await user(dataDir, 'list');
    assert.match(list, /^ID\s+NAME\s+STATE[\s\S]*anna\s+active\s+4\.77 MiB/);
    assert.ok(!list.includes(url.slice(-20)));
    assert.match(await user(dataDir, 'show', 'anna'), new RegExp(`\\n${HASH}\\s+4\\.77 MiB`));
    assert.match(await user(dataDir, 'disable', 'anna'), /anna \(number 1\), disabled/);
    assert.match(await announce(url, 5_000_000), /account disabled/);
    assert.match(await user(dataDir, 'enable', '1'), /active/);
    assert.match(await user(dataDir, 'expire', 'anna'), /expired/);
    assert.match(await user(dataDir, 'expire', 'anna', '--expires', 'never'), /active\nExpires\s+never/);
    const other = urlIn(await user(dataDir, 'passkey', 'anna'));
    assert.match(await announce(url, 5_000_000), /unknown passkey/);
    assert.match(await announce(other, 5_000_000), /8:complete/);
    assert.match(await user(dataDir, 'remove', 'anna'), /Removed anna/);
    assert.equal(await user(dataDir, 'list', '--json'), '');
  });

  it('say how torrents count', async (t) => {
    const { dataDir } = await startPrivate(t, join(await makeTempFolder(t), 'data'));
    const run = (...args: readonly string[]) => runSeedbed([...args, '--data-dir', dataDir]);
    assert.match(await run('credit', HASH, '--download', '0', '--upload', '200'), /200 %\s+0 %/);
    assert.match(await run('credit'), new RegExp(`${HASH}\\s+200 %`));
    assert.match(await run('freeleech', '--until', '48h'), /No download counts until 2/);
    assert.match(await run('freeleech', '--off'), /Downloads count/);
  });

  it('end with 2 for wrong usage and 1 for what cannot be', async (t) => {
    const { dataDir } = await startPrivate(t, join(await makeTempFolder(t), 'data'));
    for (const [code, ...args] of [
      [2, 'user'],
      [2, 'user', 'ad', 'anna'],
      [2, 'user', 'add', 'anna', '--expires', 'soon'],
      [1, 'user', 'show', 'nobody'],
      [1, 'user', 'add', 'anna', '--passkey', 'short'],
      [2, 'credit', '--upload', '5'],
      [2, 'credit', HASH, '--upload', 'much'],
      [2, 'freeleech', '--off', '--until', '1h'],
    ] as const) {
      const [command = '', ...rest] = seedbedCommand([
        ...args,
        ...(args.length > 1 ? ['--data-dir', dataDir] : []),
      ]);
      const child = startProcess(t, command, rest, { name: args.join(' ') });
      assert.equal((await child.waitForExit()).code, code, args.join(' '));
    }
  });
});

describe('what users did', { timeout: 3 * 60_000 }, () => {
  const written = (dataDir: string, bytes: number) =>
    eventually(
      `${bytes} bytes to be written`,
      async () => (await show(dataDir, 'anna')).uploadedBytes === bytes,
    );

  it('is neither lost nor doubled by kill -9', async (t) => {
    const server = await startPrivate(t, join(await makeTempFolder(t), 'data'));
    const { dataDir, httpPort } = server;
    const url = urlIn(await user(dataDir, 'add', 'anna'));
    await announce(url, 0, '&event=started');
    await announce(url, 1000);
    await written(dataDir, 1000);
    await announce(url, 1500); // perhaps written, perhaps not
    server.process.kill('SIGKILL');
    await server.process.waitForExit();
    const again = await startSeedbed(t, { dataDir, httpPort, open: true, args: ['--private-tracker'] });
    await announce(url, 1700);
    await written(again.dataDir, 1700);
    await announce(url, 1700);
    assert.equal((await show(dataDir, 'anna')).uploadedBytes, 1700);
  });

  it('is written before the answer with strict durability: a last announce and kill -9 lose nothing', async (t) => {
    const strict = ['--durability', 'strict'];
    const server = await startPrivate(t, join(await makeTempFolder(t), 'data'), strict);
    const { dataDir } = server;
    const url = urlIn(await user(dataDir, 'add', 'anna'));
    await announce(url, 0, '&event=started');
    assert.match(await announce(url, 900, '&event=stopped'), /8:complete/);
    server.process.kill('SIGKILL');
    await server.process.waitForExit();
    await startPrivate(t, dataDir);
    assert.equal((await show(dataDir, 'anna')).uploadedBytes, 900);
  });

  it('is written when the server is stopped', async (t) => {
    const server = await startPrivate(t, join(await makeTempFolder(t), 'data'));
    const { dataDir } = server;
    const url = urlIn(await user(dataDir, 'add', 'anna'));
    await announce(url, 0, '&event=started');
    await announce(url, 700, '&event=stopped');
    server.process.kill('SIGTERM');
    await server.process.waitForExit();
    await startPrivate(t, dataDir);
    assert.equal((await show(dataDir, 'anna')).uploadedBytes, 700);
  });

  it('leaves no passkey in the log', async (t) => {
    const server = await startSeedbed(t, {
      dataDir: join(await makeTempFolder(t), 'data'),
      open: true,
      logLevel: 'trace',
      args: ['--private-tracker'],
    });
    const url = urlIn(await user(server.dataDir, 'add', 'anna'));
    await announce(url, 0);
    await fetch(`${url}/further`).then((response) => response.text());
    await fetch(`${server.origin}/?passkey=${url.slice(url.lastIndexOf('/') + 1)}`).then((r) => r.text());
    server.process.kill('SIGTERM');
    await server.process.waitForExit();
    assert.ok(
      !`${server.process.stderr}${server.process.stdout}`.includes(url.slice(url.lastIndexOf('/') + 1)),
    );
  });
});
