import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { installMariadb, Mariadb, quickFolder, whyNoMariadb } from './mariadb.ts';
import { type CleanupOwner, cleanup } from './scope.ts';

/** Where Debian's package galera-4 puts the provider. */
const PROVIDER = '/usr/lib/galera/libgalera_smm.so';

/** Why no Galera cluster can be started here; undefined when one can. Under `CI=true` that is an error instead. */
export function whyNoGalera(): string | undefined {
  const missing = whyNoMariadb();
  if (missing !== undefined) return missing;
  const absent = [PROVIDER, '/usr/bin/rsync', '/usr/bin/wsrep_sst_rsync'].find((path) => !existsSync(path));
  if (absent === undefined) return undefined;
  const reason = `${absent} is missing (Debian packages galera-4, rsync and mariadb-server)`;
  if (process.env['CI'] === 'true') throw new Error(`${reason}, and with CI=true no test is skipped`);
  return reason;
}

/** Ports of one node: for clients, the group, incremental and full state transfer. */
interface GaleraPorts {
  readonly sql: number;
  readonly group: number;
  readonly incremental: number;
  readonly full: number;
}

/** Several database servers on loopback that hold the same data. */
export class GaleraCluster {
  readonly servers: readonly Mariadb[];

  constructor(servers: readonly Mariadb[]) {
    this.servers = servers;
  }

  /** The first server; the others have the same databases. */
  get first(): Mariadb {
    return this.servers[0] as Mariadb; // a cluster has one at least
  }

  /** A URL of a database for a client that begins with the server of this index and goes on to the next ones. */
  urlFrom(index: number, database: string): string {
    const { servers } = this;
    const hosts = servers.map((_, i) => `127.0.0.1:${servers[(index + i) % servers.length]?.port}`);
    return `mysql://root@${hosts.join(',')}/${database}`;
  }
}

/** Starts a cluster of `size` servers, which are stopped when the owner ends. Ten seconds or so on a slow machine. */
export async function startGalera(owner: CleanupOwner, size = 3): Promise<GaleraCluster> {
  const ports: GaleraPorts[] = [];
  for (let i = 0; i < size; i++)
    ports.push({
      sql: await freePort(),
      group: await freePort(),
      incremental: await freePort(),
      full: await freePort(),
    });
  const servers = await Promise.all(ports.map((own, index) => makeServer(owner, own, ports, index)));
  // One after another: a server that takes the state from another one blocks it for a moment.
  for (const server of servers) await server.start();
  await eventually('all servers are in sync', async () => {
    const sizes = await Promise.all(servers.map(clusterSize));
    return sizes.every((known) => known === size);
  });
  return new GaleraCluster(servers);
}

async function makeServer(
  owner: CleanupOwner,
  own: GaleraPorts,
  all: readonly GaleraPorts[],
  index: number,
): Promise<Mariadb> {
  const folder = await mkdtemp(join(await quickFolder(), `seedbed-galera-${index}-`));
  cleanup(owner, () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  await installMariadb(folder);
  const server = new Mariadb(folder, own.sql, { args: galeraArguments(own, all, index) });
  cleanup(owner, () => server.stop());
  return server;
}

/** The size of the cluster that a server is in and in sync with; 0 when it is not. */
async function clusterSize(server: Mariadb): Promise<number> {
  const rows = await server.query<{ Variable_name: string; Value: string }>(
    "SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_size', 'wsrep_local_state_comment')",
  );
  const status = new Map(rows.map((row) => [row.Variable_name, row.Value]));
  return status.get('wsrep_local_state_comment') === 'Synced' ? Number(status.get('wsrep_cluster_size')) : 0;
}

function galeraArguments(own: GaleraPorts, all: readonly GaleraPorts[], index: number): readonly string[] {
  const address = (port: number) => `127.0.0.1:${port}`;
  const provider = [
    `gmcast.listen_addr=tcp://${address(own.group)}`,
    `ist.recv_addr=${address(own.incremental)}`,
    'gcache.size=32M',
    // The times after which a silent server counts as dead stay as they are: shorter ones take a busy machine for a dead one.
  ];
  return [
    '--wsrep-on=ON',
    `--wsrep-provider=${PROVIDER}`,
    `--wsrep-provider-options=${provider.join(';')}`,
    '--wsrep-cluster-name=seedbed-test',
    `--wsrep-cluster-address=gcomm://${all.map(({ group }) => address(group)).join(',')}`,
    `--wsrep-node-address=127.0.0.1`,
    `--wsrep-node-name=db${index + 1}`,
    '--wsrep-sst-method=rsync',
    `--wsrep-sst-receive-address=${address(own.full)}`,
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
    ...(index === 0 ? ['--wsrep-new-cluster'] : []),
  ];
}
