import { isJunk } from '../../builder/input/junk.ts';

/** How programs name what they have not finished: browsers, download managers, rsync, editors. */
const TEMPORARY =
  /\.(?:part|partial|crdownload|download|opdownload|filepart|tmp|temp|swp|aria2|!ut|!qb)$|^~|^#.*#$/i;

/** What stands beside a file that is not finished: aria2's control file, and the like. */
const BESIDE = ['.aria2', '.part', '.!qB'];

/** Whether a name is passed over: hidden, left behind by a system or an editor, or of something unfinished. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || isJunk(name) || isTemporary(name);
}

/** Whether a name says that what bears it is not finished. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Whether something beside it says that it is not finished. */
export function isBeingMade(name: string, all: { has(name: string): boolean }): boolean {
  return BESIDE.some((ending) => all.has(name + ending));
}
