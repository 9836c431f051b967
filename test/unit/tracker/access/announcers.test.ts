import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryDatabase } from '../../../../src/persistence/memory/memory-database.ts';
import { MemoryPersistence } from '../../../../src/persistence/memory/memory-persistence.ts';
import { type AddressRange, parseAddressRange } from '../../../../src/tracker/access/address-range.ts';
import { AddressRule } from '../../../../src/tracker/access/address-rule.ts';
import { AnnouncerControl, MAX_RULES } from '../../../../src/tracker/access/announcer-control.ts';
import { formatClientPrefix, parseClientPrefix } from '../../../../src/tracker/access/client-prefix.ts';
import { ClientRule } from '../../../../src/tracker/access/client-rule.ts';
import { address, Fixture, infoHash, peerId } from '../tracker-fixture.ts';

function range(text: string): AddressRange {
  const parsed = parseAddressRange(text);
  assert.ok(parsed, text);
  return parsed;
}

function prefix(text: string): Uint8Array {
  const parsed = parseClientPrefix(text);
  assert.ok(parsed, text);
  return parsed;
}

/** A tracker whose denied addresses can be changed. */
function deniedTracker(limits = {}) {
  const rule = new AddressRule();
  const fixture = new Fixture({ deniedAddresses: rule, access: 'open', limits });
  const deny = (...texts: string[]): void => {
    rule.setEntries(texts.map(range));
    fixture.core.deniedAddressesChanged();
  };
  const enforce = (): number => {
    let steps = 1;
    while (fixture.core.enforceAccess()) steps++;
    return steps;
  };
  return { fixture, deny, enforce };
}

describe('denied addresses', () => {
  it('are refused with a reason, the same each time, and counted', () => {
    const { fixture, deny } = deniedTracker();
    deny('10.0.0.0/24', '2001:db8::/32');
    const refusal = fixture.refused({ from: '10.0.0.7' });
    assert.deepEqual(refusal, {
      reason: 'your address is not allowed here',
      retryInSeconds: 86_400,
      intervalSeconds: 86_400,
    });
    assert.equal(fixture.refused({ from: '2001:db8::7' }), refusal);
    fixture.announce({ from: '10.0.1.7' });
    const { refusedByAddress, refusedByRule } = fixture.core.stats().counters;
    assert.deepEqual([refusedByAddress, refusedByRule], [2, 0]);
  });

  it('cannot be named in the ip parameter either', () => {
    const { fixture, deny } = deniedTracker();
    deny('198.51.100.0/24');
    fixture.refused({ from: '10.0.0.1', ip: '198.51.100.7' });
    fixture.announce({ from: '10.0.0.1', ip: '198.51.101.7' });
  });

  it('that were listed before are taken out, and no others', () => {
    const { fixture, deny, enforce } = deniedTracker();
    const clients = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '2001:db8::1', '2001:db9::1'];
    for (const [client, from] of clients.entries())
      for (const swarm of [1, 2, 3])
        fixture.announce({ from, infoHash: infoHash(swarm), left: swarm % 2, peerId: peerId(client) });
    deny('10.0.0.0/24', '2001:db8::/32');
    enforce();
    const { peers4, peers6 } = fixture.core.stats();
    assert.deepEqual([peers4, peers6], [3, 3]);
    assert.deepEqual(fixture.peers({ from: '10.0.9.9', peerId: peerId(9) }), [
      '10.0.1.1:6881',
      '[2001:db9::1]:6881',
    ]);
  });

  it('are taken out of large swarms in bounded steps, while peers come and go', () => {
    const { fixture, deny, enforce } = deniedTracker();
    for (let i = 0; i < 30_000; i++)
      fixture.announce({
        from: `10.${i % 2}.${(i >> 8) & 255}.${i & 255}`,
        port: 1 + (i >> 16),
        left: i % 3,
      });
    deny('10.0.0.0/16');
    let steps = 0;
    while (fixture.core.enforceAccess()) {
      steps++;
      fixture.announce({ from: `10.2.0.${steps}` });
      fixture.announce({ from: `10.1.0.${steps * 2 + 1}`, event: 'stopped' });
    }
    assert.ok(steps >= 7, `15000 removals of ten units, 20000 units a step: ${steps} steps`);
    fixture.announce({ from: '10.9.9.9', numWant: 200 });
    deny('10.0.0.0/16'); // once more: there is nothing left to do
    const before = fixture.core.stats().peers4;
    enforce();
    assert.equal(fixture.core.stats().peers4, before);
  });

  it('are not taken back from an earlier run', () => {
    const { fixture, deny } = deniedTracker();
    deny('10.0.0.0/24');
    const peer = { peerId: peerId(1), key: 7, uploaded: 0, downloaded: 0, left: 5 };
    const restore = (from: string): boolean =>
      fixture.core.restorePeer(fixture.torrent, address(from), 1, peer, fixture.now + 60);
    assert.deepEqual([restore('10.0.0.1'), restore('10.0.1.1')], [false, true]);
  });

  it('may announce again when they are denied no longer', () => {
    const { fixture, deny } = deniedTracker();
    deny('10.0.0.0/24');
    fixture.refused({ from: '10.0.0.1' });
    deny();
    fixture.announce({ from: '10.0.0.1' });
  });
});

describe('prefixes of clients', () => {
  it('are ASCII, with other bytes as %FF, and 1 to 20 bytes long', () => {
    assert.deepEqual(prefix('-XL'), Uint8Array.of(0x2d, 0x58, 0x4c));
    assert.deepEqual(prefix('%00%fFa%2C'), Uint8Array.of(0, 255, 0x61, 0x2c));
    assert.equal(formatClientPrefix(prefix('%2DXL%00%2c%25 ')), '-XL%00%2C%25%20');
    for (const bad of ['', '%', '%2', '%zz', 'é', 'x'.repeat(21), '\n'])
      assert.equal(parseClientPrefix(bad), undefined, JSON.stringify(bad));
    assert.equal(parseClientPrefix('%00'.repeat(20))?.length, 20);
  });
});

describe('the rule about clients', () => {
  const clientOf = (text: string): Uint8Array => Buffer.from(text.padEnd(20, '.'), 'latin1');
  const ruleOf = (allow: string[], deny: string[]): ClientRule => {
    const rule = new ClientRule();
    rule.set({ allow: allow.map(prefix), deny: deny.map(prefix) });
    return rule;
  };

  for (const [allow, deny, client, expected] of [
    [[], [], '-XL0012-', true],
    [[], ['-XL'], '-XL0012-', false],
    [[], ['-XL'], '-XM0012-', true],
    [['-qB', '-TR'], [], '-TR3000-', true],
    [['-qB', '-TR'], [], '-UT3550-', false],
    [['-UT'], ['-UT35'], '-UT3550-', false],
    [['-UT'], ['-UT35'], '-UT3600-', true],
    [['-UT355'], ['-UT'], '-UT3550-', true],
    [['-UT355'], ['-UT'], '-UT3600-', false],
    [['-UT'], ['-UT'], '-UT3600-', false],
    [['%00'], [], '\u0000\u0000', true],
    [[], ['-XL0012-............'], '-XL0012-', false],
  ] as const)
    it(`allow ${allow}, deny ${deny}: ${JSON.stringify(client)} is ${expected ? 'allowed' : 'not'}`, () => {
      assert.equal(ruleOf([...allow], [...deny]).allows(clientOf(client)), expected);
    });

  it('refuses with a reason, the same each time, and counts', () => {
    const rule = ruleOf([], ['-TS']);
    const fixture = new Fixture({ rules: [rule] });
    const refusal = fixture.refused({ from: '10.0.0.1' });
    assert.equal(refusal.reason, 'your client is not allowed here');
    assert.equal(fixture.refused({ from: '10.0.0.2' }), refusal);
    assert.equal(fixture.core.stats().counters.refusedByClient, 2);
    rule.set({ allow: [], deny: [] });
    fixture.announce({ from: '10.0.0.1' });
  });
});

describe('the control of who announces', () => {
  async function control(database = new MemoryDatabase(), denied: string[] = []) {
    const persistence = new MemoryPersistence('one', database);
    await persistence.open();
    const [addresses, clients] = [new AddressRule(), new ClientRule()];
    const configured = { 'allow-client': [], 'deny-client': ['-XL'], 'deny-address': denied };
    const one = new AnnouncerControl({
      store: persistence.access,
      addresses,
      clients,
      configured,
      nowSeconds: () => 1,
    });
    await one.reload();
    const told = { times: 0 };
    one.onAddressesChanged(() => told.times++);
    const denies = (text: string): boolean => addresses.denies(address(text), 0, address(text).length);
    return { one, addresses, clients, told, denies, persistence };
  }

  it('joins what the settings say with what was added, at once and over a restart', async () => {
    const database = new MemoryDatabase();
    const { one, denies, clients, told } = await control(database, ['10.0.0.0/8']);
    assert.equal(await one.add('deny-address', '192.0.2.0/24'), 'added');
    assert.equal(await one.add('deny-address', '192.0.2.0/24'), 'known');
    assert.deepEqual(
      [denies('10.1.1.1'), denies('192.0.2.9'), denies('11.0.0.1'), told.times],
      [true, true, false, 1],
    );
    assert.equal(clients.allows(Buffer.from('-XL00000000000000000')), false);
    await one.add('deny-client', '-UT');
    assert.deepEqual(one.list('deny-client'), [
      { value: '-UT', isConfigured: false },
      { value: '-XL', isConfigured: true },
    ]);
    const again = await control(database);
    assert.deepEqual([again.denies('192.0.2.9'), again.denies('10.1.1.1')], [true, false]);
    assert.equal(await again.one.remove('deny-address', '192.0.2.0/24'), true);
    assert.equal(await again.one.remove('deny-address', '192.0.2.0/24'), false);
    assert.equal(again.denies('192.0.2.9'), false);
    await one.reload();
    assert.equal(denies('192.0.2.9'), false, 'the other node learns of it');
  });

  it('takes a thousand rules of a kind', async () => {
    const { one } = await control();
    for (let i = 0; i < MAX_RULES - 1; i++)
      assert.equal(await one.add('deny-client', `-A${String(i).padStart(4, '0')}`), 'added');
    assert.equal(await one.add('deny-client', '-B'), 'full');
    assert.equal(await one.add('allow-client', '-B'), 'added');
  });

  it('changes nothing that the database does not take, and passes over what it cannot read there', async () => {
    const database = new MemoryDatabase();
    database.access.rules.set('x', { kind: 'deny-address', value: 'everywhere' });
    const { one, denies, persistence } = await control(database);
    assert.deepEqual(one.list('deny-address'), []);
    await persistence.close();
    await assert.rejects(one.add('deny-address', '10.0.0.0/8'));
    assert.equal(denies('10.0.0.1'), false);
  });
});
