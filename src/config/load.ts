import { readFileSync } from 'node:fs';
import { parse as parseToml } from 'smol-toml';
import { accessModeOf } from './open-access.ts';
import { ConfigError, type Origin, type Setting } from './setting.ts';
import { type Config, environmentName, SETTINGS, type SettingKey } from './settings.ts';

/** The merged settings and where each came from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly origins: { readonly [K in SettingKey]: Origin };
}

/** Where settings are read from; each source overrides those before it. */
export interface ConfigSources {
  /** A TOML file with the flags' names as keys. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** By key of {@link SETTINGS}; undefined where the flag was not given. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** The environment variable that names the file of settings. */
export const CONFIG_FILE_VARIABLE = 'SEEDBED_CONFIG';

/**
 * Merges defaults < file < environment < flags.
 * @throws {ConfigError} when the file cannot be read, a key is unknown, or a value is not what its setting takes.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const fileName = sources.file ?? sources.environment[CONFIG_FILE_VARIABLE];
  const file = fileName === undefined ? {} : readConfigFile(fileName);
  const config: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const [key, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const variable = environmentName(setting);
    const candidates: [Origin, string, unknown][] = [
      ['flag', `--${setting.flag}`, sources.flags[key]],
      ['environment', variable, sources.environment[variable]],
      ['file', `${setting.flag} in ${fileName}`, file[setting.flag]],
    ];
    const given = candidates.find(([, , value]) => value !== undefined);
    config[key] = given === undefined ? setting.defaultValue : readValue(setting, given[1], given[2]);
    origins[key] = given?.[0] ?? 'default';
  }
  const loaded = { config, origins } as unknown as LoadedConfig; // the loop over SETTINGS has filled every key
  return { ...loaded, config: { ...loaded.config, access: accessModeOf(loaded.config, loaded.origins) } };
}

function readValue(setting: Setting<unknown>, where: string, value: unknown): unknown {
  try {
    return setting.read(value);
  } catch (cause) {
    const reason = (cause as Error).message; // a setting throws plain Errors
    // What may hold a secret is shown by the reason alone, which knows what to leave out.
    const shown = setting.conceal === undefined ? ` is ${JSON.stringify(value)?.slice(0, 100)}` : '';
    throw new ConfigError(`${where}${shown}: ${reason}`, { cause });
  }
}

function readConfigFile(fileName: string): Record<string, unknown> {
  let values: Record<string, unknown>;
  try {
    values = parseToml(readFileSync(fileName, 'utf8'));
  } catch (cause) {
    const firstLine = (cause as Error).message.split('\n')[0];
    throw new ConfigError(`the settings file ${fileName} cannot be read: ${firstLine}`, { cause });
  }
  const known = Object.values(SETTINGS).map((setting) => setting.flag);
  const unknown = Object.keys(values).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new ConfigError(
      `the settings file ${fileName} has the unknown key "${unknown}"; it knows ${known.join(', ')}`,
    );
  }
  return values;
}

/** The merged settings as TOML, each with where it came from. */
export function describeConfig(loaded: LoadedConfig): string {
  const lines = Object.entries<Setting<unknown>>(SETTINGS).map(([key, setting]) => {
    const value = loaded.config[key as SettingKey]; // keys of SETTINGS
    const shown = typeof value === 'string' && setting.conceal !== undefined ? setting.conceal(value) : value;
    const text =
      value === undefined ? `# ${setting.flag} is not set` : `${setting.flag} = ${JSON.stringify(shown)}`;
    return `${text.padEnd(48)} # ${loaded.origins[key as SettingKey]}`;
  });
  return `${lines.join('\n')}\n`;
}
