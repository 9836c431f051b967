import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** A group to which is spoken on one interface. */
export interface LocalGroup {
  readonly family: 4 | 6;
  /** The address of the group. */
  readonly address: string;
  readonly port: number;
  /** As `dgram` names it: the address of an interface for IPv4, `::%eth0` for IPv6. */
  readonly via: string;
}

/** BEP 14. */
const GROUP_4 = '239.192.152.143';
const GROUP_6 = 'ff15::efc0:988f';
const PORT = 6771;
/** Interfaces that are used; a machine with many containers has hundreds. */
const MAX_GROUPS = 16;

/** The groups of BEP 14 on all interfaces that lead out of this machine, or on the one that has the address on which peers are awaited. */
export function localGroups(host: string): LocalGroup[] {
  const isOne = host !== '::' && host !== '0.0.0.0' && isIP(host) !== 0;
  const groups: LocalGroup[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const used = (addresses ?? []).filter(({ address, internal }) => (isOne ? address === host : !internal));
    const first4 = used.find(({ family }) => family === 'IPv4');
    if (first4 !== undefined) groups.push({ family: 4, address: GROUP_4, port: PORT, via: first4.address });
    const has6 = used.some(({ family }) => family === 'IPv6');
    if (has6 && host !== '0.0.0.0')
      groups.push({ family: 6, address: GROUP_6, port: PORT, via: `::%${name}` });
  }
  return groups.slice(0, MAX_GROUPS);
}

/** The group as the `Host` header names it. */
export function groupName({ family, address, port }: LocalGroup): string {
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
