import { choiceSetting, type Setting, switchSetting } from '../setting.ts';

/** How the files lie that are fetched from peers. */
export const STORAGE_SETTINGS = {
  partFiles: switchSetting({
    flag: 'part-files',
    help: 'files that are being fetched have .part behind their names until they are complete',
    defaultValue: true,
  }),
  allocate: choiceSetting<'sparse' | 'full'>({
    flag: 'allocate',
    help: 'when files that are fetched take their room on the disk: sparse as pieces come, full before the first of them',
    defaultValue: 'sparse',
    choices: ['sparse', 'full'],
  }),
} satisfies Record<string, Setting<unknown>>;
