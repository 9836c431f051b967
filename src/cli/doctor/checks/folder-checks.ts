import { formatBytes } from '../../../web/format.ts';
import { type Check, note, ok, wrong } from '../finding.ts';
import type { OwnEvidence } from '../own/own-evidence.ts';

const MIB = 1024 * 1024;
/** The database needs room to write before it can make any. */
const FULL_BYTES = 100 * MIB;
const SCARCE_BYTES = 1024 * MIB;
/** Files of the future: by so much the clock has been set back, or was wrong before. */
const CLOCK_MS = 60_000;

/** The data folder and its disk. */
export const FOLDER_CHECKS: readonly Check<OwnEvidence>[] = [
  ({ folder, server }) => {
    if (!folder.exists)
      return note(
        'folder.exists',
        `there is no data folder ${folder.path} yet`,
        'seedbed serve makes it; for another one, --data-dir',
      );
    const [first, ...more] = folder.unwritable;
    if (first === undefined || server !== undefined) return undefined; // a server that runs can write, as whoever it runs
    return wrong(
      'folder.rights',
      `${first === '.' ? folder.path : `${folder.path}/${first}`} cannot be written${more.length > 0 ? `, and ${more.length} more` : ''}`,
      `run as the user to whom it belongs, or: chown -R "$USER" ${folder.path}`,
    );
  },

  ({ folder }) =>
    folder.isTokenOpen
      ? wrong(
          'folder.token',
          'others on this machine can read the secret of the control API',
          `chmod 600 ${folder.path}/api-token`,
        )
      : undefined,

  ({ folder: { freeBytes, path } }) => {
    if (freeBytes === undefined) return undefined;
    const what = `the disk of ${path} has ${formatBytes(freeBytes)} left`;
    const how = 'make room, or move the folder: --data-dir';
    if (freeBytes < FULL_BYTES) return wrong('folder.disk', what, how);
    return freeBytes < SCARCE_BYTES ? note('folder.disk', what, how) : ok('folder.disk', what);
  },

  ({ folder: { changedAt }, now }) =>
    changedAt === undefined || changedAt.getTime() - now.getTime() <= CLOCK_MS
      ? undefined
      : wrong(
          'folder.clock',
          `a file of the data folder was changed in the future (${changedAt.toISOString()}): the clock has been set back`,
          'let the machine set its clock by NTP (timedatectl set-ntp true)',
        ),
];
