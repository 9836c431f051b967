/** The oldest Node.js that runs Seedbed: it strips types from the sources by itself. */
const REQUIRED = [22, 18] as const;

/**
 * Whether this Node.js is new enough; when it is not, says so in one sentence on stderr and sets the exit code.
 * A program's first statement, before anything that an old Node.js could not load: this file imports nothing.
 */
export function hasRequiredNode(program: string, version: string = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > REQUIRED[0] || (major === REQUIRED[0] && minor >= REQUIRED[1])) return true;
  process.stderr.write(
    `${program}: Node.js ${REQUIRED.join('.')} or newer is needed, this is ${version}: install a newer one from https://nodejs.org\n`,
  );
  process.exitCode = 1;
  return false;
}
