import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  describeMysql,
  type MysqlTarget,
  parseMysqlUrl,
  withoutPassword,
} from '../../../src/persistence/mysql-url.ts';

const PLAIN: MysqlTarget = {
  kind: 'mysql',
  hosts: [{ host: 'db', port: 3306 }],
  user: 'me',
  password: 'pw',
  database: 'seedbed',
  socketPath: undefined,
  tls: 'off',
  caFile: undefined,
  connections: 8,
};

describe('a mysql:// URL', () => {
  for (const [url, expected] of [
    ['mysql://me:pw@db/seedbed', {}],
    ['mysql://me@db/seedbed', { password: '' }],
    ['mysql://me:@db/seedbed', { password: '' }],
    ['mysql://me:pw@db:3307/seedbed', { hosts: [{ host: 'db', port: 3307 }] }],
    ['mysql://me:pw@10.0.0.1/seedbed', { hosts: [{ host: '10.0.0.1', port: 3306 }] }],
    ['mysql://me:pw@[::1]:3307/seedbed', { hosts: [{ host: '::1', port: 3307 }] }],
    ['mysql://m%40e:p%2Fw%25%3A@db/seed%20bed', { user: 'm@e', password: 'p/w%:', database: 'seed bed' }],
    ['mysql://me:p@w:x@db/seedbed', { password: 'p@w:x' }],
    [
      'mysql://me:pw@db1,db2:3307,[fd00::1]/seedbed',
      {
        hosts: [
          { host: 'db1', port: 3306 },
          { host: 'db2', port: 3307 },
          { host: 'fd00::1', port: 3306 },
        ],
      },
    ],
    ['mysql://me:pw@db/seedbed?ssl=true', { tls: 'verify' }],
    ['mysql://me:pw@db/seedbed?ssl=verify&connections=20', { tls: 'verify', connections: 20 }],
    ['mysql://me:pw@db/seedbed?ssl=skip-verify', { tls: 'skip-verify' }],
    ['mysql://me:pw@db/seedbed?ssl=false', {}],
    ['mysql://me:pw@db/seedbed?ssl-ca=/etc/ca.pem', { tls: 'verify', caFile: '/etc/ca.pem' }],
    [
      'mysql://me:pw@/seedbed?socket=/run/mysqld/mysqld.sock',
      { hosts: [{ host: 'localhost', port: 3306 }], socketPath: '/run/mysqld/mysqld.sock' },
    ],
  ] as const)
    it(`is read: ${url}`, () => assert.deepEqual(parseMysqlUrl(url), { ...PLAIN, ...expected }));

  for (const [url, reason] of [
    ['mysql:', /the user is missing/],
    ['mysql://', /the user is missing/],
    ['mysql://db/seedbed', /the user is missing/],
    ['mysql://:pw@db/seedbed', /the user is missing/],
    ['mysql://me:pw@db', /the name of the database is missing/],
    ['mysql://me:pw@db/', /the name of the database is missing/],
    ['mysql://me:pw@db/a/b', /the name of the database/],
    [`mysql://me:pw@db/${'n'.repeat(65)}`, /the name of the database/],
    ['mysql://me:pw@/seedbed', /the host is missing/],
    ['mysql://me:pw@db1,/seedbed', /the host is missing/],
    ['mysql://me:pw@db:0/seedbed', /no host with a port/],
    ['mysql://me:pw@db:65536/seedbed', /no host with a port/],
    ['mysql://me:pw@db:x/seedbed', /no host with a port/],
    ['mysql://me:pw@::1/seedbed', /no host with a port/],
    ['mysql://me:p%w@db/seedbed', /%25/],
    ['mysql://me:pw@db/seedbed?sll=true', /unknown option "sll" \(there are ssl, /],
    ['mysql://me:pw@db/seedbed?ssl=maybe', /ssl takes true, verify or skip-verify/],
    ['mysql://me:pw@db/seedbed?connections=1', /connections takes a whole number from 2 to 100/],
    ['mysql://me:pw@db/seedbed?connections=9e9', /connections/],
  ] as const)
    it(`is refused with the reason: ${url}`, () => {
      assert.throws(
        () => parseMysqlUrl(url),
        (error: Error & { code: string }) => {
          assert.equal(error.code, 'ERR_DATABASE_URL');
          assert.match(error.message, reason);
          return true;
        },
      );
    });

  it('gives back any user, password and database, percent-encoded', () => {
    const text = fc
      .string({ minLength: 1, maxLength: 30, unit: 'binary' })
      .filter((value) => value.isWellFormed());
    const name = text.filter((value) => !/[\0/]/.test(value));
    fc.assert(
      fc.property(text, text, name, (user, password, database) => {
        const parts = [user, password, database].map(encodeURIComponent);
        const target = parseMysqlUrl(`mysql://${parts[0]}:${parts[1]}@db/${parts[2]}`);
        assert.deepEqual([target.user, target.password, target.database], [user, password, database]);
      }),
    );
  });

  it('is read or refused, and an error never shows the password, whatever is written', () => {
    const piece = fc.oneof(
      fc.constantFrom('@', ':', '/', '?', ',', '%', '[', ']', '&', 'ssl=', '\n', 'x'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const url = `mysql://me:hunter2${pieces.join('')}@db/a`;
        try {
          assert.doesNotMatch(describeMysql(parseMysqlUrl(url)), /hunter2/);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'ERR_DATABASE_URL', String(error));
          assert.doesNotMatch(String(error), /hunter2/);
        }
      }),
    );
  });

  it('is shown without the password', () => {
    assert.equal(
      describeMysql(parseMysqlUrl('mysql://me:pw@db:3307,[::1]/seedbed?ssl=true')),
      'mysql://me:***@db:3307,[::1]/seedbed',
    );
    assert.equal(describeMysql(parseMysqlUrl('mysql://me@/a?socket=/tmp/s')), 'mysql://me@/tmp/s/a');
    assert.equal(withoutPassword('mysql://me:p@w@db/a'), 'mysql://me:***@db/a');
    assert.equal(withoutPassword('mysql://me:pw/a'), 'mysql://me:***/a');
    assert.equal(withoutPassword('mysql://me@db:3307/a'), 'mysql://me@db:3307/a');
    assert.equal(withoutPassword('sqlite:/a:b@c'), 'sqlite:/a:b@c');
  });
});
