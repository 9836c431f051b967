import { choiceSetting, type Setting } from '../setting.ts';

/** Where state is kept. */
export const DATABASE_SETTINGS = {
  database: choiceSetting({
    flag: 'database',
    help: 'where state is kept: a file in the data folder, or nowhere',
    defaultValue: 'sqlite',
    choices: ['sqlite', 'memory'],
  }),
} satisfies Record<string, Setting<unknown>>;
