import { isJunkPath } from 'create-torrent';

/** What systems and editors leave in folders under visible names: the list that `create-torrent` walks by. */
const visibleJunk =
  /^npm-debug\.log$|^Icon\r$|^__MACOSX$|\.Trashes|~$|^Thumbs\.db$|^ehthumbs\.db$|^[Dd]esktop\.ini$|@eaDir$/;

/** Whether a file or folder is something that a system or an editor left behind, and nobody wants to publish. */
export function isJunk(name: string): boolean {
  return visibleJunk.test(name) || isJunkPath([name]);
}
