import { choiceSetting, type Setting, switchSetting } from '../setting.ts';

/** Access modes: see docs/access.md. */
const MODES = ['open', 'registered', 'allow', 'deny'] as const;

/** Who and what may be tracked. */
export const ACCESS_SETTINGS = {
  access: choiceSetting<(typeof MODES)[number] | undefined>({
    flag: 'access',
    argument: 'MODE',
    help: 'what is tracked: anything (open), what is published or registered here (registered), that and an allow list (allow), or all but a deny list (deny)',
    defaultValue: undefined,
    defaultText: 'registered',
    choices: MODES,
  }),
  open: switchSetting({
    flag: 'open',
    help: 'short for --access open: track any info-hash',
  }),
} satisfies Record<string, Setting<unknown>>;
