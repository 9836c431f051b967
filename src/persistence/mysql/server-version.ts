/** The oldest servers that have what we use. */
const OLDEST = { MariaDB: [10, 6], MySQL: [8, 0] } as const;

/**
 * Why a server with this `SELECT VERSION()` cannot be used; undefined when it can. What speaks MySQL's protocol (TiDB, Vitess)
 * names the MySQL version that it stands for first.
 */
export function whyTooOld(version: string): string | undefined {
  const family = /mariadb/i.test(version) ? 'MariaDB' : 'MySQL';
  // MariaDB puts "5.5.5-" before its own version where it hides from old replicas.
  const match = /^(?:5\.5\.5-(?=\d))?(\d{1,4})\.(\d{1,4})/.exec(version);
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  const [oldestMajor, oldestMinor] = OLDEST[family];
  if (match === null) return `tells no version ("${version.slice(0, 40)}")`;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `is ${family} ${major}.${minor}, which is too old: ${family} ${OLDEST[family].join('.')} or later is needed`;
}
