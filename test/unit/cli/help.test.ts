import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from 'commander';
import { seedbedCommand } from '../../../src/cli/main.ts';

/** A command and all below it, each with its full name. */
function* everyCommand(command: Command, above = ''): Generator<{ command: Command; name: string }> {
  const name = `${above}${command.name()}`;
  yield { command, name };
  for (const below of command.commands) yield* everyCommand(below, `${name} `);
}

/** What `--help` prints. */
function helpOf(command: Command): string {
  const parts: string[] = [];
  command.configureOutput({ writeOut: (part) => void parts.push(part) });
  command.outputHelp();
  return parts.join('');
}

describe('the help', () => {
  for (const { command, name } of everyCommand(seedbedCommand()))
    it(`of ${name} says how it is used, with examples`, () => {
      const help = helpOf(command);
      assert.ok(help.startsWith(`Usage: ${name}`), help);
      assert.match(help, new RegExp(`\\nExamples?:\\n {2}${name}`), help);
    });

  it('names every command in a group of what it is for', () => {
    const headings = [...helpOf(seedbedCommand()).matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading);
    assert.ok(!headings.includes('Commands'), 'a command stands outside the groups');
    assert.deepEqual(headings.slice(0, 3), ['Options', 'Publish', 'Run the server']);
  });
});
