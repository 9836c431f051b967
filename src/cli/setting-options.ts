import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Setting } from '../config/setting.ts';
import { environmentName, SETTING_GROUPS, SETTINGS, type SettingKey } from '../config/settings.ts';

/** Gives a command the flags of some settings, as the table of settings describes them; all of them stand in groups. */
export function addSettingOptions(command: Command, keys: readonly SettingKey[]): Command {
  command.addOption(
    new Option('--config <FILE>', 'settings from a TOML file; its keys are the names of these flags').env(
      'SEEDBED_CONFIG',
    ),
  );
  command.option('--print-config', 'show the merged settings and where each came from, and exit');
  const isGrouped = keys === ALL_SETTINGS;
  for (const [name, group] of Object.entries<Record<string, Setting<unknown>>>(SETTING_GROUPS)) {
    if (isGrouped) command.optionsGroup(`${name}:`);
    for (const key of keys) {
      const setting = group[key];
      if (setting?.defaultValue === true) addOptionToTurnOff(command, setting);
      else if (setting !== undefined) command.addOption(optionFor(setting));
    }
  }
  return isGrouped ? command.optionsGroup('Options:') : command;
}

/**
 * A switch that is on unless it is turned off: `--no-udp`. Its opposite is there too, for whoever has to overrule a file; with it,
 * commander leaves the value undefined where neither is given.
 */
function addOptionToTurnOff(command: Command, setting: Setting<unknown>): void {
  const help = `${setting.help} (default: it runs; ${environmentName(setting)}=false)`;
  command.addOption(new Option(`--${setting.flag}`, 'the opposite').hideHelp());
  command.addOption(new Option(`--no-${setting.flag}`, help));
}

/** The option holds text and no default: merging is the business of the settings, so that the origin of a value stays known. */
function optionFor(setting: Setting<unknown>): Option {
  const flags =
    setting.argument === undefined ? `--${setting.flag}` : `--${setting.flag} <${setting.argument}>`;
  const fallback =
    setting.defaultText ?? (setting.argument === undefined ? 'off' : String(setting.defaultValue));
  const option = new Option(flags, `${setting.help} (default: ${fallback}; ${environmentName(setting)})`);
  // A flag without an argument is simply true when it is there.
  if (setting.argument === undefined) return option;
  // Commander shows what it refuses. A value that may hold a secret is left to the settings, which are as strict.
  if (setting.conceal !== undefined) return option;
  return option.argParser((text: string) => {
    try {
      return setting.read(text);
    } catch (cause) {
      throw new InvalidArgumentError(
        `${(cause as Error).message[0]?.toUpperCase()}${(cause as Error).message.slice(1)}.`,
      );
    }
  });
}

/** Every setting: what a server takes. */
export const ALL_SETTINGS = Object.keys(SETTINGS) as readonly SettingKey[]; // the keys of the table itself
