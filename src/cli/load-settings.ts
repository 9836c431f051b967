import { resolve } from 'node:path';
import { describeConfig, loadConfig } from '../config/load.ts';
import { ConfigError } from '../config/setting.ts';
import type { Config } from '../config/settings.ts';
import { CliError, exitCode } from './exit.ts';

/** What commander hands over: camel-cased flags, which are the keys of the settings. */
export type ParsedFlags = Readonly<Record<string, unknown>>;

/**
 * The settings for a command from its flags, the environment and the settings file; undefined when the command was only to print them.
 * @throws {CliError} with exit code 2 for a value that cannot be used.
 */
export function loadSettings(flags: ParsedFlags): Config | undefined {
  try {
    const file = typeof flags['config'] === 'string' ? flags['config'] : undefined;
    const loaded = loadConfig({ file, environment: process.env, flags });
    if (flags['printConfig'] === true) {
      process.stdout.write(describeConfig(loaded));
      return undefined;
    }
    return { ...loaded.config, dataDir: resolve(loaded.config.dataDir) };
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.message, exitCode.usage, { cause: error });
    throw error;
  }
}
