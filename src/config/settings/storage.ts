import { type Setting, switchSetting } from '../setting.ts';

/** How the files lie that are fetched from peers. */
export const STORAGE_SETTINGS = {
  partFiles: switchSetting({
    flag: 'part-files',
    help: 'files that are being fetched have .part behind their names until they are complete',
    defaultValue: true,
  }),
} satisfies Record<string, Setting<unknown>>;
