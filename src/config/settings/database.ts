import { withoutPassword } from '../../persistence/mysql-url.ts';
import { choiceSetting, type Setting, textSetting } from '../setting.ts';
import { checkDatabase, checkNodeName } from './checks.ts';

/** Where state is kept. */
export const DATABASE_SETTINGS = {
  database: textSetting<string>({
    flag: 'database',
    argument: 'DATABASE',
    help: 'where state is kept: sqlite (a file in the data folder), sqlite:PATH, mysql://USER:PASSWORD@HOST/NAME, or memory (nowhere)',
    defaultValue: 'sqlite',
    check: checkDatabase,
    conceal: withoutPassword,
  }),
  nodeName: textSetting<string | undefined>({
    flag: 'node-name',
    argument: 'NAME',
    help: 'what this server is called among those that share its database; no two may have the same name',
    defaultValue: undefined,
    defaultText:
      'the one of before, which the data folder keeps; at first the name of the machine and four letters',
    check: checkNodeName,
  }),
  durability: choiceSetting({
    flag: 'durability',
    help: 'when an announce is answered: at once (relaxed; a crash costs a second of them), or when the database has it (strict)',
    defaultValue: 'relaxed',
    choices: ['relaxed', 'strict'],
  }),
} satisfies Record<string, Setting<unknown>>;
