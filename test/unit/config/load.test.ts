import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type ConfigSources, describeConfig, loadConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/setting.ts';
import { environmentName, SETTINGS } from '../../../src/config/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'seedbed-config-'));
after(() => rmSync(folder, { recursive: true }));

function load(sources: Partial<ConfigSources>): ReturnType<typeof loadConfig> {
  return loadConfig({ environment: {}, flags: {}, ...sources });
}

function file(text: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.toml`);
  writeFileSync(path, text);
  return path;
}

function refusal(sources: Partial<ConfigSources>): string {
  try {
    load(sources);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, 'ERR_CONFIG');
    return error.message;
  }
  throw new assert.AssertionError({ message: 'it was accepted' });
}

describe('the settings', () => {
  it('have defaults', () => {
    const { config, origins } = load({});
    assert.equal(config.httpPort, 6969);
    assert.equal(config.peerPort, 6881);
    assert.deepEqual([config.udp, config.udpPort], [true, undefined]);
    assert.equal(config.open, false);
    assert.equal(config.interval, 1800);
    assert.equal(origins.httpPort, 'default');
  });

  it('come from the file, over it the environment, over that the flags', () => {
    const path = file('http-port = 1000\npeer-port = 1001\ninterval = 300\nopen = true\n');
    const { config, origins } = load({
      file: path,
      environment: { SEEDBED_PEER_PORT: '2001', SEEDBED_INTERVAL: '600' },
      flags: { interval: 900 },
    });
    assert.deepEqual(
      [config.httpPort, config.peerPort, config.interval, config.open],
      [1000, 2001, 900, true],
    );
    assert.deepEqual(
      [origins.httpPort, origins.peerPort, origins.interval, origins.dataDir],
      ['file', 'environment', 'flag', 'default'],
    );
  });

  it('take --open as short for --access open, and the stronger source when they differ', () => {
    const mode = (sources: Parameters<typeof load>[0]) => load(sources).config.access;
    assert.equal(mode({}), undefined);
    assert.equal(mode({ flags: { open: true } }), 'open');
    assert.equal(mode({ flags: { open: true, access: 'open' } }), 'open');
    assert.equal(mode({ flags: { access: 'deny' }, environment: { SEEDBED_OPEN: '1' } }), 'deny');
    assert.equal(mode({ flags: { open: true }, file: file('access = "allow"') }), 'open');
    assert.match(refusal({ flags: { open: true, access: 'deny' } }), /leave one out/);
    assert.match(
      refusal({ environment: { SEEDBED_ACCESS: 'closed' } }),
      /one of open, registered, allow, deny/,
    );
  });

  it('name the file in SEEDBED_CONFIG', () => {
    assert.equal(load({ environment: { SEEDBED_CONFIG: file('cache = 64') } }).config.cache, 64);
  });

  it('take lists with commas from text, and lists from the file', () => {
    const fromText = load({ environment: { SEEDBED_TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8' } }).config
      .trustedProxies;
    const fromFile = load({ file: file('trusted-proxies = ["10.0.0.0/8", "fd00::/8"]') }).config
      .trustedProxies;
    assert.deepEqual(fromText, ['10.0.0.0/8', 'fd00::/8']);
    assert.deepEqual(fromFile, fromText);
  });

  it('refuse an unknown key of the file and name the known ones', () => {
    assert.match(refusal({ file: file('htp-port = 1') }), /unknown key "htp-port".*http-port/);
  });

  it('refuse a file that is missing or no TOML', () => {
    assert.match(refusal({ file: join(folder, 'none.toml') }), /none\.toml cannot be read/);
    assert.match(refusal({ file: file('http-port = = 3') }), /cannot be read/);
  });

  for (const [variable, value, complaint] of [
    ['SEEDBED_HTTP_PORT', '65536', /SEEDBED_HTTP_PORT is "65536": it takes a whole number from 0 to 65535/],
    ['SEEDBED_HTTP_PORT', '1e3', /whole number/],
    ['SEEDBED_HOST', 'example.org', /IP address/],
    ['SEEDBED_OPEN', 'perhaps', /true or false/],
    ['SEEDBED_PUBLIC_URL', 'ftp://x', /http:\/\/ or https:\/\//],
    ['SEEDBED_PUBLIC_URL', 'https://user:secret@x', /without query or user/],
    ['SEEDBED_TRUSTED_PROXIES', '10.0.0.0/99', /no network/],
    ['SEEDBED_TRUSTED_PROXIES', '::ffff:10.0.0.0/8', /no network of IPv4: write 10\.0\.0\.0 with/],
    ['SEEDBED_LOG_LEVEL', 'loud', /one of silent, error, warn, info, debug, trace/],
    ['SEEDBED_DATA_DIR', '', /a text/],
    [
      'SEEDBED_DATABASE',
      'postgres',
      /SEEDBED_DATABASE: "postgres" names no database: use sqlite:<path>, mysql:/,
    ],
    ['SEEDBED_DATABASE', 'mysql://me@host', /names no MySQL database: the name of the database is missing/],
    ['SEEDBED_NODE_NAME', 'a b', /up to 64 letters, digits/],
    ['SEEDBED_NODE_NAME', 'n'.repeat(65), /up to 64/],
  ] as const) {
    it(`refuse ${variable}=${value} and say what it takes`, () => {
      assert.match(refusal({ environment: { [variable]: value } }), complaint);
    });
  }

  it('name a database in the data folder, a file, a server, or none', () => {
    for (const database of ['sqlite', 'sqlite:/srv/a.db', 'mysql://me:secret@host/seedbed', 'memory'])
      assert.equal(load({ environment: { SEEDBED_DATABASE: database } }).config.database, database);
    assert.equal(load({}).config.database, 'sqlite');
  });

  it('show no password: not where they are described, and not where they are refused', () => {
    const described = describeConfig(load({ file: file('database = "mysql://me:secret@host/seedbed"') }));
    assert.match(described, /^database = "mysql:\/\/me:\*\*\*@host\/seedbed" +# file$/m);
    for (const database of [
      'mysql://me:secret@host/seedbed?ssl=no',
      'mysql://me:se/cret@host/',
      'mysql://me:secret@',
    ])
      assert.doesNotMatch(refusal({ flags: { database } }), /cret/);
  });

  it('are described with the origin of each', () => {
    const text = describeConfig(load({ flags: { httpPort: 8080 } }));
    assert.match(text, /^http-port = 8080 +# flag$/m);
    assert.match(text, /^peer-port = 6881 +# default$/m);
    assert.equal(text.trimEnd().split('\n').length, Object.keys(SETTINGS).length);
  });

  it('have flags, variables and keys of their own', () => {
    const flags = Object.values(SETTINGS).map((setting) => setting.flag);
    assert.equal(new Set(flags).size, flags.length);
    assert.equal(environmentName(SETTINGS.httpPort), 'SEEDBED_HTTP_PORT');
    for (const [key, { flag }] of Object.entries(SETTINGS)) {
      assert.equal(
        flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
        key,
        'commander hands flags over by this key',
      );
    }
  });
});
