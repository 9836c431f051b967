import { choiceSetting, type Setting } from '../setting.ts';

/** Where state is kept. */
export const DATABASE_SETTINGS = {
  database: choiceSetting({
    flag: 'database',
    help: 'where state is kept: a file in the data folder, or nowhere',
    defaultValue: 'sqlite',
    choices: ['sqlite', 'memory'],
  }),
  durability: choiceSetting({
    flag: 'durability',
    help: 'when an announce is answered: at once (relaxed; a crash costs a second of them), or when the database has it (strict)',
    defaultValue: 'relaxed',
    choices: ['relaxed', 'strict'],
  }),
} satisfies Record<string, Setting<unknown>>;
