/** The scripts of our own package.json through which our commands are run in a checkout. */
const OWN_SCRIPTS: readonly string[] = ['seedbed', 'make-torrent', 'start'];

/** npm runs scripts in the package's folder and says in INIT_CWD where the user is: there the paths of a command line begin. */
export function enterCallersFolder(env: Readonly<Record<string, string | undefined>> = process.env): void {
  const { INIT_CWD: folder, npm_package_name: name, npm_lifecycle_event: script } = env;
  if (folder === undefined || name !== 'seedbed' || !OWN_SCRIPTS.includes(script ?? '')) return;
  process.chdir(folder);
}
