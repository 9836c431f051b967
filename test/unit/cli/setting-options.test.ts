import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { ALL_SETTINGS, addSettingOptions } from '../../../src/cli/setting-options.ts';
import { SETTING_GROUPS, SETTINGS } from '../../../src/config/settings.ts';

/** What the flags of a command line say of `udp`; undefined leaves it to the environment, the file and the default. */
function udpIn(...args: string[]): unknown {
  const command = addSettingOptions(new Command(), ['udp']);
  return command.parse(args, { from: 'user' }).opts()['udp'];
}

describe('the flags of a switch that is on', () => {
  it('turn it off and on, and say nothing when they are not given', () => {
    assert.equal(udpIn('--no-udp'), false);
    assert.equal(udpIn('--udp'), true);
    assert.equal(udpIn(), undefined);
  });

  it('show the one that changes something in the help', () => {
    const help = addSettingOptions(new Command(), ['udp']).helpInformation();
    assert.match(help, /--no-udp/);
    assert.doesNotMatch(help, /--udp\s/);
  });
});

describe('the help of a command that takes every setting', () => {
  it('shows them in groups, and each once', () => {
    const help = addSettingOptions(new Command(), ALL_SETTINGS).helpInformation();
    const headings = [...help.matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading);
    assert.deepEqual(headings, ['Options', ...Object.keys(SETTING_GROUPS)]);
    for (const { flag } of Object.values(SETTINGS))
      assert.equal(help.match(new RegExp(`^  --(no-)?${flag}\\s`, 'gm'))?.length, 1, flag);
  });
});
