import { integerSetting, listSetting, type Setting, textSetting } from '../setting.ts';

/** Folders from which files and torrents are taken. */
export const WATCH_SETTINGS = {
  watch: listSetting({
    flag: 'watch',
    argument: 'FOLDER,...',
    help: 'folders whose files and folders are published, each as a torrent of its own, while they lie there',
  }),
  watchTorrents: textSetting<string | undefined>({
    flag: 'watch-torrents',
    argument: 'FOLDER',
    help: 'folder whose .torrent files, and .magnet files with a link in them, are mirrored into --watch-target',
    defaultValue: undefined,
    defaultText: 'none',
  }),
  watchTarget: textSetting<string | undefined>({
    flag: 'watch-target',
    argument: 'FOLDER',
    help: 'folder into which the files of --watch-torrents are fetched',
    defaultValue: undefined,
    defaultText: 'none',
  }),
  watchSettle: integerSetting({
    flag: 'watch-settle',
    argument: 'SECONDS',
    help: 'what has not changed in a watched folder for so long is taken to be complete',
    defaultValue: 10,
    min: 1,
    max: 86_400,
  }),
} satisfies Record<string, Setting<unknown>>;
