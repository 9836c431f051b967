import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the machine gives the server; what is not known (not Linux, no right to look) is undefined. */
export interface MachineEvidence {
  /** The most that a socket may have as buffer for packets that come (net.core.rmem_max), in bytes. */
  readonly receiveBufferMax: number | undefined;
  /** Files and sockets that the server may have open. */
  readonly openFilesLimit: number | undefined;
  /** Connections that the firewall knows, and those that it can know. */
  readonly trackedConnections: { readonly count: number; readonly max: number } | undefined;
  /** Packets that the system threw away because the tracker was too slow, since its UDP sockets were opened. */
  readonly udpDrops: number | undefined;
}

/** Whose limits are read. */
export interface MachineQuestion {
  /** The server's process; left out: this one, which was started by the same hands. */
  readonly pid: number | undefined;
  /** The tracker's UDP port. */
  readonly udpPort: number | undefined;
  /** Where `proc` lies; another one in tests. */
  readonly root?: string;
}

/** Reads what Linux tells in /proc. Never throws. */
export async function lookAtMachine({ pid, udpPort, root = '/' }: MachineQuestion): Promise<MachineEvidence> {
  const read = (path: string): Promise<string> => readFile(join(root, 'proc', path), 'utf8').catch(() => ''); // not there: not known
  const [rmem, limits, count, max, udp, udp6] = await Promise.all([
    read('sys/net/core/rmem_max'),
    read(`${pid ?? 'self'}/limits`),
    read('sys/net/netfilter/nf_conntrack_count'),
    read('sys/net/netfilter/nf_conntrack_max'),
    read('net/udp'),
    read('net/udp6'),
  ]);
  const [tracked, trackable] = [numberIn(count), numberIn(max)];
  return {
    receiveBufferMax: numberIn(rmem),
    openFilesLimit: numberIn(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? ''),
    trackedConnections:
      tracked === undefined || trackable === undefined ? undefined : { count: tracked, max: trackable },
    udpDrops: udpPort === undefined ? undefined : dropsOf(`${udp}\n${udp6}`, udpPort),
  };
}

function numberIn(text: string): number | undefined {
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

/** The last column of the sockets with this local port, which is in hexadecimal. */
function dropsOf(table: string, port: number): number | undefined {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const drops = rows.filter((row) => row[1]?.endsWith(local) === true).map((row) => Number(row.at(-1)));
  return drops.length === 0 ? undefined : drops.reduce((sum, each) => sum + each, 0);
}
