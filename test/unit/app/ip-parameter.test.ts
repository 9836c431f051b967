import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ipParameterTrust } from '../../../src/app/ip-parameter.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { address } from '../tracker/tracker-fixture.ts';

/** Which of a few senders are trusted. */
function trusted(values: readonly string[]): string[] {
  const isTrusted = ipParameterTrust(values);
  const senders = ['127.0.0.1', '192.168.1.2', 'fd00::1', '198.51.100.1', '2001:db8::1'];
  return senders.filter((sender) => isTrusted(address(sender)));
}

describe('--trust-ip-parameter', () => {
  it('trusts nobody by default, and with "none"', () => {
    const { config } = loadConfig({ environment: {}, flags: {} });
    assert.deepEqual(trusted(config.trustIpParameter), []);
    assert.deepEqual(trusted(['none']), []);
  });

  it('trusts private networks and this machine with "private", and networks by name', () => {
    assert.deepEqual(trusted(['private']), ['127.0.0.1', '192.168.1.2', 'fd00::1']);
    assert.deepEqual(trusted(['198.51.100.0/24', '2001:db8::/32']), ['198.51.100.1', '2001:db8::1']);
    assert.deepEqual(trusted(['private', '198.51.100.1']).length, 4);
  });

  it('refuses what is neither', () => {
    const environment = { SEEDBED_TRUST_IP_PARAMETER: 'private,everybody' };
    assert.throws(() => loadConfig({ environment, flags: {} }), /everybody/);
  });
});
