import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { ManagedProcess, runProcess } from './processes.ts';
import { type CleanupOwner, cleanup } from './scope.ts';
import { debianPackages, findTool } from './tools.ts';

/** Names a server for the tests, `mysql://user:password@host:port`, whose user may create databases: no server is started then. */
const urlVariable = 'SEEDBED_TEST_MYSQL_URL';

/** A MySQL or MariaDB server that a test may use. */
export class MysqlServer {
  /** As a user who may do everything, without a database: ends with the port. */
  readonly adminUrl: string;

  constructor(adminUrl: string) {
    this.adminUrl = adminUrl.replace(/\/$/, '');
  }

  /** Creates an empty database, dropped when the owner ends, and returns its URL. */
  async freshDatabase(owner: CleanupOwner): Promise<string> {
    const name = `seedbed_test_${randomBytes(6).toString('hex')}`;
    await this.query(`CREATE DATABASE ${name}`);
    // A private server may have been stopped by its test; its databases go with its folder.
    cleanup(owner, () =>
      this.query(`DROP DATABASE IF EXISTS ${name}`).then(
        () => {},
        () => {},
      ),
    );
    return `${this.adminUrl}/${name}`;
  }

  /** Runs one statement on a connection of its own, in a database when one is named (by its name or its URL). */
  async query<Row = Record<string, unknown>>(sql: string, database = ''): Promise<Row[]> {
    const path = database.includes('/') ? new URL(database).pathname : `/${database}`;
    const connection = await createConnection({
      uri: `${this.adminUrl}${path}`,
      supportBigNumbers: true,
    });
    try {
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      return rows as unknown as Row[]; // the caller knows what it selects
    } finally {
      await connection.end();
    }
  }
}

/** What a private server may be given. */
export interface MariadbOptions {
  /** Options of mariadbd, such as `--max-allowed-packet=1M`; they win over ours. */
  readonly args?: readonly string[];
  /** A command before it, such as `taskset -c 0`. */
  readonly prefix?: readonly string[];
  /** Its data lies on the disk even where memory would do: for a benchmark. */
  readonly isOnDisk?: boolean;
}

/** A `mariadbd` of our own, on loopback, in a temporary folder: stop it, freeze it, start it again. */
export class Mariadb extends MysqlServer {
  readonly port: number;
  readonly folder: string;
  readonly #options: MariadbOptions;
  #process: ManagedProcess | undefined;

  constructor(folder: string, port: number, options: MariadbOptions) {
    super(`mysql://root@127.0.0.1:${port}`);
    this.folder = folder;
    this.port = port;
    this.#options = options;
  }

  /** Its Unix socket. */
  get socketPath(): string {
    return join(this.folder, 'mysqld.sock');
  }

  /** The process; throws before `start()`. */
  get process(): ManagedProcess {
    if (this.#process === undefined) throw new Error('mariadbd was not started');
    return this.#process;
  }

  /** Starts it, on the same folder and port as before, and resolves when it answers. */
  async start(): Promise<void> {
    const { args = [], prefix = [] } = this.#options;
    const own = [`--socket=${this.socketPath}`, `--port=${this.port}`, '--bind-address=127.0.0.1'];
    const command = mariadbdCommand([...prefix], this.folder, [...quickServer, ...own, ...args]);
    const child = new ManagedProcess(command[0] as string, command.slice(1), { name: 'mariadbd' });
    this.#process = child;
    await eventually('mariadbd to answer', async () => {
      if (child.status !== undefined) throw child.explain(new Error('mariadbd did not start'));
      return this.query('SELECT 1').then(
        () => true,
        () => false,
      );
    });
  }

  /** Ends it in order; what was committed stays for the next `start()`. */
  async stop(): Promise<void> {
    this.#process?.kill('SIGCONT'); // it may be frozen, and would not hear the other signal
    await this.#process?.stop();
  }

  /** Stops it in the middle of its work, until SIGCONT: resolves when none of its threads runs any more (Linux tells). */
  async freeze(): Promise<void> {
    this.kill('SIGSTOP');
    const folder = `/proc/${this.process.pid}/task`;
    await eventually('the server to be frozen', async () => {
      const threads = await readdir(folder).catch(() => []);
      const states = await Promise.all(
        threads.map((thread) => readFile(`${folder}/${thread}/stat`, 'utf8').catch(() => ') T')),
      );
      return states.every((text) => /\) [Tt]/.test(text));
    });
  }

  /** Sends it a signal: SIGCONT thaws it, SIGKILL is a crash. */
  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}

/** No fsync, small buffers and no binary log: these databases live for seconds. A killed server loses nothing that it committed. */
const quickServer = [
  '--innodb-flush-log-at-trx-commit=2',
  '--innodb-flush-method=nosync',
  '--sync-frm=0',
  '--innodb-buffer-pool-size=64M',
  '--innodb-log-file-size=16M',
  '--skip-log-bin',
  '--max-connections=200',
] as const;

/**
 * The command line of a mariadbd on a data folder. Root hands over to the user mysql first; and where the system can, the server dies with
 * whoever started it, so that a killed test run leaves none behind.
 */
export function mariadbdCommand(
  prefix: readonly string[],
  folder: string,
  args: readonly string[],
): readonly string[] {
  const program = findTool('mariadbd') ?? 'mariadbd';
  return [
    ...prefix,
    ...asMysql(),
    program,
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    `--tmpdir=${folder}`, // two that start at once would meet in /tmp
    '--skip-name-resolve',
    ...args,
  ];
}

function asMysql(): readonly string[] {
  const setpriv = findTool('setpriv');
  if (setpriv === undefined) return [];
  const user = isRoot() ? ['--reuid=mysql', '--regid=mysql', '--clear-groups'] : [];
  return [setpriv, ...user, '--pdeathsig=KILL'];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Makes a data folder (`data` in the given folder) with a user root that needs no password; half a second. */
export async function installMariadb(folder: string): Promise<void> {
  if (isRoot()) await chownToMysql(folder);
  const args = [
    ...asMysql(),
    findTool('mariadb-install-db') ?? 'mariadb-install-db',
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    `--tmpdir=${folder}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
    '--innodb-log-file-size=16M',
  ];
  await runProcess(args[0] as string, args.slice(1), { name: 'mariadb-install-db' });
}

async function chownToMysql(folder: string): Promise<void> {
  const { stdout } = await runProcess('id', ['-u', 'mysql']);
  const { stdout: group } = await runProcess('id', ['-g', 'mysql']);
  await chown(folder, Number(stdout), Number(group));
}

/**
 * Why no test with MySQL can run here: a reason for `skip`; undefined when one can. Under `CI=true` that is an error instead, so that no test is
 * silently left out.
 */
export function whyNoMysql(): string | undefined {
  return process.env[urlVariable] === undefined ? whyNoMariadb() : undefined;
}

/** The same for tests that need a server of their own, to stop it or to set it up. */
export function whyNoMariadb(): string | undefined {
  if (findTool('mariadbd') !== undefined) return undefined;
  const reason = `mariadbd is not installed (Debian package ${debianPackages.mariadbd})`;
  if (process.env['CI'] === 'true') throw new Error(`${reason}, and with CI=true no test is skipped`);
  return reason;
}

/** A private server, stopped and removed when the owner ends. Ready within a second on an idle machine. */
export async function startMariadb(owner: CleanupOwner, options: MariadbOptions = {}): Promise<Mariadb> {
  const parent = options.isOnDisk === true ? tmpdir() : await quickFolder();
  const folder = await mkdtemp(join(parent, 'seedbed-mariadb-'));
  cleanup(owner, () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  await installMariadb(folder);
  const server = new Mariadb(folder, await freePort(), options);
  cleanup(owner, () => server.stop());
  await server.start();
  return server;
}

/** A data folder has a hundred megabytes, some tests have three, and others run beside. */
const roomNeeded = 2_000_000_000;

/** A place in memory where there is one with room: making tables waits for the disk many times, which takes seconds when it is busy. */
export async function quickFolder(): Promise<string> {
  const hasRoom = await statfs('/dev/shm').then(
    ({ bavail, bsize }) => bavail * bsize > roomNeeded,
    () => false,
  );
  return hasRoom ? '/dev/shm' : tmpdir();
}

/** The server that the environment names, else a private one. */
export async function openMysql(owner: CleanupOwner): Promise<MysqlServer> {
  const url = process.env[urlVariable];
  return url === undefined ? startMariadb(owner) : new MysqlServer(url);
}
