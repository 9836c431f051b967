import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { CertificateFiles } from '../../../../src/tracker/http/certificate-files.ts';
import { type MadeCertificate, makeCertificateFiles, openssl } from '../../../support/certificates.ts';
import { eventually } from '../../../support/eventually.ts';
import { Scope } from '../../../support/scope.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { findTool } from '../../../support/tools.ts';

describe('certificate files', {
  skip: findTool('openssl') === undefined && 'openssl is not installed',
}, () => {
  const scope = new Scope();
  let made = '';
  let first: MadeCertificate;
  let second: MadeCertificate;
  before(async () => {
    made = await makeTempFolder(scope);
    first = await makeCertificateFiles(made, 'first');
    second = await makeCertificateFiles(made, 'second', {
      hosts: 'DNS:example.org,DNS:*.example.org,IP:2001:db8::1',
    });
  });
  after(() => scope.end());

  /** Files in a folder of their own, watched closely. */
  async function watched(owner: Scope, files: MadeCertificate) {
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
    const given: (readonly string[])[] = [];
    const watching = new CertificateFiles({ certPath: files.cert, keyPath: files.key, logger, pollMs: 5 });
    owner.after(() => watching.stop());
    watching.watch((next) => given.push(next.hosts));
    return { watching, given, lines };
  }

  const load = (certPath: string, keyPath: string): CertificateFiles =>
    new CertificateFiles({ certPath, keyPath, logger: pino({ level: 'silent' }) });

  it('tell the hosts that the certificate holds for, without patterns', () => {
    assert.deepEqual(load(first.cert, first.key).current.hosts, ['localhost', '127.0.0.1', '::1']);
    assert.deepEqual(load(second.cert, second.key).current.hosts, ['example.org', '2001:db8::1']);
  });

  it('that cannot be used are named with the reason', async () => {
    const locked = join(made, 'locked.key');
    await openssl(['pkey', '-in', first.key, '-aes256', '-passout', 'pass:x', '-out', locked]);
    const broken = join(made, 'broken.pem');
    await writeFile(broken, (await readFile(first.cert, 'utf8')).slice(0, 120));
    const huge = join(made, 'huge.pem');
    await writeFile(huge, Buffer.alloc(2_000_000, 'x'));
    for (const [cert, key, reason] of [
      [join(made, 'none.pem'), first.key, /none\.pem \(--tls-cert\) cannot be read: there is no such file/],
      [first.cert, join(made, 'none.pem'), /none\.pem \(--tls-key\) cannot be read: there is no such file/],
      [made, first.key, /\(--tls-cert\) cannot be read: /],
      [huge, first.key, /huge\.pem \(--tls-cert\) cannot be read: it has more than a mebibyte/],
      [first.key, first.key, /first\.key holds no certificate/],
      [first.cert, first.cert, /first\.crt holds no private key/],
      [first.cert, locked, /locked\.key is encrypted.*openssl pkey -in/],
      [first.cert, second.key, /second\.key does not belong to the first certificate in .*first\.crt/],
      [broken, first.key, /the certificate in .*broken\.pem cannot be read/],
    ] as const)
      assert.throws(() => load(cert, key), {
        name: 'CertificateError',
        code: 'ERR_CERTIFICATE',
        message: reason,
      });
  });

  it('that have run out are used, with a warning', () => {
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
    const inThreeDays = () => Date.now() + 3 * 86_400_000;
    new CertificateFiles({ certPath: first.cert, keyPath: first.key, logger, now: inThreeDays });
    assert.deepEqual(lines, ['the certificate has run out: clients will refuse it until it is renewed']);
  });

  it('are loaded again when others are renamed over them; a half-written pair changes nothing, and is told once', async (t) => {
    const owner = new Scope();
    t.after(() => owner.end());
    const folder = await makeTempFolder(owner);
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    await copyFile(first.cert, files.cert);
    await copyFile(first.key, files.key);
    const { watching, given, lines } = await watched(owner, files);
    await copyFile(second.cert, join(folder, 'new'));
    await rename(join(folder, 'new'), files.cert);
    await eventually('the mismatch to be noticed', () => lines.length === 1, { intervalMs: 5 });
    assert.match(lines[0] ?? '', /cannot be used; the one before stays in use/);
    assert.deepEqual(watching.current.hosts[0], 'localhost');
    await copyFile(second.key, join(folder, 'new'));
    await rename(join(folder, 'new'), files.key);
    await eventually('the new pair', () => given.length === 1, { intervalMs: 5 });
    assert.deepEqual(given, [['example.org', '2001:db8::1']]);
    assert.deepEqual(lines.slice(1), ['the certificate was loaded again']);
    await rm(files.cert);
    await eventually('the loss to be noticed', () => lines.length === 3, { intervalMs: 5 });
    assert.equal(watching.current.hosts[0], 'example.org');
  });

  it('are loaded again when a link leads elsewhere, as certbot and containers do it', async (t) => {
    const owner = new Scope();
    t.after(() => owner.end());
    const folder = await makeTempFolder(owner);
    for (const [name, from] of [
      ['one', first],
      ['two', second],
    ] as const) {
      await mkdir(join(folder, name));
      await copyFile(from.cert, join(folder, name, 'cert.pem'));
      await copyFile(from.key, join(folder, name, 'key.pem'));
    }
    await symlink('one', join(folder, 'data'));
    await symlink(join('data', 'cert.pem'), join(folder, 'cert.pem'));
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'data', 'key.pem') };
    const { given } = await watched(owner, files);
    await symlink('two', join(folder, 'data.new'));
    await rename(join(folder, 'data.new'), join(folder, 'data'));
    await eventually('the new pair', () => given.length === 1, { intervalMs: 5 });
    assert.equal(given[0]?.[0], 'example.org');
  });
});
