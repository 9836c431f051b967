import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { main } from '../../../src/cli/main.ts';
import { writeRandomFile } from '../../support/data.ts';
import { Scope } from '../../support/scope.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

/** Runs a command in this process, and returns its exit code and what it said on stderr. */
async function run(t: TestContext, args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const parts: string[] = [];
  const write = t.mock.method(process.stderr, 'write', (part: string) => parts.push(part) > 0);
  const code = await main(args);
  write.mock.restore();
  return { code, stderr: parts.join('') };
}

describe('a command that is used wrongly', () => {
  const scope = new Scope();
  before(async () => {
    const folder = await makeTempFolder(scope);
    await writeRandomFile(join(folder, 'file.bin'), 40_000);
    await writeFile(join(folder, 'bad.toml'), 'colour = "green"');
    await mkdir(join(folder, 'album'));
    await writeRandomFile(join(folder, 'album', 'one.bin'), 40_000);
    await symlink('album', join(folder, 'link'));
    const home = process.cwd();
    scope.after(() => process.chdir(home));
    process.chdir(folder);
    process.env['SEEDBED_DATA_DIR'] = join(folder, 'data'); // of this process: a test file has one of its own
    process.env['SEEDBED_HOST'] = '127.0.0.1';
    process.env['SEEDBED_HTTP_PORT'] = process.env['SEEDBED_PEER_PORT'] = '0';
  });
  after(() => scope.end());

  for (const [args, code, complaint] of [
    [['publish'], 2, /missing required argument 'PATH'/],
    [['publish', 'a', 'b', '--output', 'x'], 2, /--output goes with one path/],
    [['publish', 'file.bin', '-o', 'file.bin'], 1, /file\.bin" exists already \(--force overwrites it\)/],
    [['publish', 'file.bin', '-o', 'file.bin', '--force'], 1, /file\.bin" is one of the files/],
    [['publish', 'album', '-o', 'link/one.bin', '--force'], 1, /one\.bin" is one of the files/],
    [['publish', 'file.bin', '-o', 'none/x.torrent'], 1, /the folder does not exist/],
    [['publish', 'file.bin', '--piece-length', '1000'], 2, /piece length/],
    [['serve', '--http-port', '99999'], 2, /whole number from 0 to 65535/],
    [['serve', '--host', 'example.org'], 2, /IP address/],
    [['serve', '--opne'], 2, /unknown option '--opne'[\s\S]*--open/],
    [['serve', '--config', 'none.toml'], 2, /none\.toml cannot be read/],
    [['serve', '--config', 'bad.toml'], 2, /unknown key "colour"/],
    [['serve', '--durability', 'strict', '--database', 'memory'], 2, /cannot be with --database memory/],
    [['serve', '--durability', 'much'], 2, /one of relaxed, strict/],
    [['serve', '--tls-cert', 'file.bin'], 2, /--tls-cert needs --tls-key beside it/],
    [['serve', '--tls-key', 'file.bin'], 2, /--tls-key needs --tls-cert beside it/],
    [
      ['serve', '--tls-cert', 'none.pem', '--tls-key', 'file.bin'],
      1,
      /none\.pem \(--tls-cert\) cannot be read/,
    ],
    [['serve', '--tls-cert', 'file.bin', '--tls-key', 'file.bin'], 1, /file\.bin holds no certificate/],
    [['serve', '--min-interval', '1000', '--max-interval', '500'], 2, /--min-interval 1000 cannot be with/],
    [
      ['serve', '--interval', '1800', '--max-interval', '500'],
      2,
      /--interval 1800 cannot be with --max-interval 500/,
    ],
    [
      ['serve', '--http-port', '7001', '--peer-port', '7001'],
      2,
      /--http-port and --peer-port are both 7001: give each/,
    ],
    [
      ['serve', '--tls-cert', 'a', '--tls-key', 'b', '--https-port', '7001', '--http-port', '7001'],
      2,
      /--http-port and --https-port are both 7001/,
    ],
    [['serve', '--proxy-protocol', '10.0.0.0/40'], 2, /no network such as/],
    [['seed', 'file.bin', '.'], 1, /"file\.bin": not a metainfo file/],
    [['seed', 'none.torrent', '.'], 1, /"none\.torrent" does not exist/],
    [['remove', 'xyz'], 2, /40 hexadecimal digits/],
    [['remove', '0'.repeat(40)], 1, /no server runs on the data folder/],
    [['show', 'file.bin'], 1, /"file\.bin": not a metainfo file/],
    [['show', 'magnet:?dn=x'], 1, /not a magnet link/],
    [['show', '.'], 1, /"\." is no file/],
    [['show', 'file.bin', '--files', 'some'], 2, /a whole number, or "all"/],
    [['verify', 'none.torrent'], 2, /missing required argument 'PATH'/],
    [['verify', 'none.torrent', '.'], 1, /"none\.torrent" does not exist/],
    [['verify', 'file.bin', '.', '--threads', '0'], 2, /whole number from 1 to 64/],
    [['edit', 'file.bin'], 2, /there is nothing to change/],
    [['edit', 'file.bin', '--comment', 'x'], 1, /"file\.bin": not a metainfo file/],
    [['edit', 'a', 'b', '--comment', 'x', '-o', 'c'], 2, /--output goes with one torrent; here are 2/],
    [['edit', 'file.bin', '--private', '--public'], 2, /--private and --public exclude each other/],
    [['edit', 'file.bin', '--replace', 'x'], 2, /It must look like FROM=TO/],
    [['edit', 'file.bin', '--date', 'soon'], 2, /It must be Unix seconds/],
    [['edit', 'file.bin', '--dht-node', 'x'], 2, /It must look like router\.example:6881/],
    [['edit', 'file.bin', '-w', 'a,,b'], 2, /A URL is empty/],
    [['diff', 'file.bin'], 2, /missing required argument 'B'/],
    [['diff', 'none.torrent', 'file.bin'], 2, /"none\.torrent" does not exist/],
    [['lint', 'file.bin', '--timeout', '0'], 2, /seconds from 0\.1 to 600/],
    [['magnet', 'none.torrent'], 1, /"none\.torrent" does not exist/],
    [['magnet', 'magnet:?dn=x'], 1, /not a magnet link/],
    [['announce', 'udp://127.0.0.1:1/announce'], 2, /missing required argument 'HASH'/],
    [['announce', '127.0.0.1:1', 'ab'], 2, /no announce URL: write http:\/\/127\.0\.0\.1:1\/announce/],
    [['announce', 'htp://127.0.0.1:1', 'ab'], 2, /it takes http:\/\/, https/],
    [['announce', 'udp://127.0.0.1/announce', 'ab'], 2, /names no port/],
    [['announce', 'http://127.0.0.1:1/announce', 'ab'], 2, /"ab" is no info-hash, and this has 2 digits/],
    [['announce', 'http://127.0.0.1:1/announce', 'none.torrent'], 1, /"none\.torrent" does not exist/],
    [['announce', '-6', 'http://127.0.0.1:1/announce', 'ab'], 2, /its host is an IPv4 address/],
    [['announce', '-4', '-6', 'http://127.0.0.1:1/announce', 'ab'], 2, /exclude each other/],
    [['announce', 'http://127.0.0.1:1/announce', 'ab', '--event', 'begun'], 2, /Allowed choices are started/],
    [['announce', 'http://127.0.0.1:1/announce', 'ab', '--peer-id', 'me'], 2, /20 characters/],
    [
      ['scrape', 'http://127.0.0.1:1/announce', '0'.repeat(40)],
      1,
      /cannot be asked: the connection was refused/,
    ],
    [['scrape', 'http://127.0.0.1:1/a', '0'.repeat(40)], 1, /has no scrape/],
    [['scrape', 'http://127.0.0.1:1/announce', 'magnet:?dn=x'], 1, /not a magnet link/],
    [['doctor', 'tracker.example.org'], 2, /write http:\/\/tracker\.example\.org\/announce/],
    [['doctor', 'udp://127.0.0.1:1', '--timeout', '0'], 2, /seconds from 0\.1 to 3600/],
    [['doctor', 'udp://127.0.0.1:1', '-4', '-6'], 2, /exclude each other/],
  ] as const) {
    it(`is told what is wrong with: ${args.join(' ')}`, async (t) => {
      const outcome = await run(t, args);
      assert.equal(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, complaint);
      assert.doesNotMatch(outcome.stderr, /\n\s+at /, 'no stack');
    });
  }
});
