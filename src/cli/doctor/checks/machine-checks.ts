import { DEFAULT_UDP_LIMITS } from '../../../tracker/udp/limits.ts';
import { formatBytes } from '../../../web/format.ts';
import { type Check, note, ok, wrong } from '../finding.ts';
import type { OwnEvidence } from '../own/own-evidence.ts';

/** Sockets of the tracker, files of torrents and of the database, beside the connections of peers. */
const FILES_BESIDE_PEERS = 1024;
/** A table that is so full refuses new connections at the next burst. */
const FULL_TABLE = 0.8;

/** What the machine gives the server. */
export const MACHINE_CHECKS: readonly Check<OwnEvidence>[] = [
  ({ machine: { receiveBufferMax } }) => {
    if (receiveBufferMax === undefined) return undefined;
    const wanted = DEFAULT_UDP_LIMITS.receiveBufferBytes;
    return receiveBufferMax >= wanted
      ? ok('machine.socket-buffers', `UDP sockets may have buffers of ${formatBytes(receiveBufferMax)}`)
      : note(
          'machine.socket-buffers',
          `UDP sockets get buffers of ${formatBytes(receiveBufferMax)} at most, and ${formatBytes(wanted)} are wanted: bursts of announces are lost`,
          `sysctl -w net.core.rmem_max=${wanted} (and in /etc/sysctl.d to keep it), then start the server again`,
        );
  },

  ({ machine: { udpDrops } }) =>
    udpDrops === undefined || udpDrops === 0
      ? undefined
      : note(
          'machine.udp-drops',
          `the system threw ${udpDrops} packets to the tracker away since it started`,
          'raise net.core.rmem_max; when it goes on, the machine is too slow for its load',
        ),

  ({ machine: { openFilesLimit }, server }) => {
    if (openFilesLimit === undefined) return undefined;
    const needed = (server?.view.maxConnections ?? 0) + FILES_BESIDE_PEERS;
    return openFilesLimit >= needed
      ? ok('machine.open-files', `the server may have ${openFilesLimit} files and sockets open`)
      : wrong(
          'machine.open-files',
          `the server may have ${openFilesLimit} files and sockets open, and needs ${needed}: connections will be refused`,
          'start it with a higher limit: LimitNOFILE=65536 in the systemd unit, or ulimit -n 65536',
        );
  },

  ({ machine: { trackedConnections } }) => {
    if (trackedConnections === undefined) return undefined;
    const { count, max } = trackedConnections;
    return count < FULL_TABLE * max
      ? ok('machine.conntrack', `the firewall tracks ${count} of ${max} connections`)
      : wrong(
          'machine.conntrack',
          `the firewall tracks ${count} of ${max} connections: it soon drops new ones`,
          'raise net.netfilter.nf_conntrack_max, or let it not track the port of the tracker (NOTRACK)',
        );
  },
];
