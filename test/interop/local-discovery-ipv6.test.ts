import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../support/processes.ts';
import { requireTool } from '../support/tools.ts';

const PEERS = fileURLToPath(new URL('../support/local-peers.ts', import.meta.url));
/** A network of its own: over loopback no packets go to groups of IPv6. Its addresses need not be looked for twice. */
const NETWORK = [
  'ip link set lo up',
  'ip link add lan type veth peer name other',
  'ip link set lan addrgenmode none up',
  'ip link set other addrgenmode none up',
  'ip -6 addr add fd77::1/64 dev lan nodad',
].join(' && ');

const OWN = ['--map-root-user', '--net'];

it('a mirror finds a node of ours over IPv6, in a network of their own', async (t) => {
  const unshare = requireTool(t, 'unshare');
  if (unshare === undefined || requireTool(t, 'ip') === undefined) return;
  if (spawnSync(unshare, [...OWN, 'true']).status !== 0)
    return t.skip('no network of its own is to be had here');
  const command = `${NETWORK} && exec "$0" "$1"`;
  await runProcess(unshare, [...OWN, 'sh', '-c', command, process.execPath, PEERS]);
});
