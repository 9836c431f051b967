/** A value that cannot be used for a setting; the message says which, from where, and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'ERR_CONFIG';
}

/** Where a value came from, for `--print-config` and for errors. */
export type Origin = 'default' | 'file' | 'environment' | 'flag';

/** One row of the table of settings; flag, environment variable, file key and help all follow from it. */
export interface Setting<T> {
  /** The flag without dashes; the environment variable and the key of the file are derived from it. */
  readonly flag: string;
  /** How help names the value, such as `PORT`; undefined for a switch. */
  readonly argument: string | undefined;
  readonly help: string;
  /** What holds when nobody says anything. */
  readonly defaultValue: T;
  /** How help shows the default; undefined shows the value itself. */
  readonly defaultText?: string;
  /** Turns text (from a flag or the environment) or a value (from a file) into the setting's type; throws a plain Error that says what it takes. */
  readonly read: (value: unknown) => T;
  /** How a value that may hold a secret is shown: without it. */
  readonly conceal?: (text: string) => string;
}

type Row<T> = Omit<Setting<T>, 'read' | 'argument'> & { readonly argument?: string };

/** Any text that is not empty. */
export function textSetting<T extends string | undefined>(
  row: Row<T> & { readonly check?: (text: string) => void },
): Setting<T | string> {
  return {
    ...row,
    argument: row.argument ?? 'TEXT',
    read: (value) => {
      if (typeof value !== 'string' || value === '') throw new Error('it takes a text');
      row.check?.(value);
      return value;
    },
  };
}

/** A whole number within bounds. */
export function integerSetting<T extends number | undefined = number>(
  row: Row<T> & { readonly min: number; readonly max: number },
): Setting<T | number> {
  return {
    ...row,
    argument: row.argument ?? 'N',
    read: (value) => {
      const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isInteger(number) || number < row.min || number > row.max) {
        throw new Error(`it takes a whole number from ${row.min} to ${row.max}`);
      }
      return number;
    },
  };
}

/** A switch; it is off unless it is named, or its default says otherwise. */
export function switchSetting(
  row: Omit<Row<boolean>, 'defaultValue'> & { readonly defaultValue?: boolean },
): Setting<boolean> {
  return {
    ...row,
    argument: undefined,
    defaultValue: row.defaultValue ?? false,
    read: (value) => {
      if (value === true || value === 'true' || value === '1') return true;
      if (value === false || value === 'false' || value === '0') return false;
      throw new Error('it takes true or false');
    },
  };
}

/** One of a few words. */
export function choiceSetting<T extends string | undefined>(
  row: Row<T> & { readonly choices: readonly NonNullable<T>[] },
): Setting<T> {
  return {
    ...row,
    argument: row.argument ?? row.choices.join('|'),
    read: (value) => {
      const choice = row.choices.find((candidate) => candidate === value);
      if (choice === undefined) throw new Error(`it takes one of ${row.choices.join(', ')}`);
      return choice;
    },
  };
}

/** Several texts: comma-separated in text, a list in a file. */
export function listSetting(
  row: Omit<Row<readonly string[]>, 'defaultValue'> & { readonly check?: (member: string) => void },
): Setting<readonly string[]> {
  return {
    ...row,
    argument: row.argument ?? 'LIST',
    defaultValue: [],
    defaultText: 'none',
    read: (value) => {
      const members = typeof value === 'string' ? value.split(',').map((member) => member.trim()) : value;
      if (
        !Array.isArray(members) ||
        !members.every((member): member is string => typeof member === 'string' && member !== '')
      ) {
        throw new Error('it takes texts separated by commas');
      }
      for (const member of members) row.check?.(member);
      return members;
    },
  };
}
