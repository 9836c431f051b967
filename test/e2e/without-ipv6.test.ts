import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { it } from 'node:test';
import { withDeadline } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';
import { UdpClient } from '../unit/tracker/udp/udp-fixture.ts';

/** What a kernel that was started with ipv6.disable=1 answers. */
const NO_IPV6 = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
int socket(int family, int type, int protocol) {
  if (family == AF_INET6) { errno = EAFNOSUPPORT; return -1; }
  int (*real)(int, int, int) = dlsym(RTLD_NEXT, "socket");
  return real(family, type, protocol);
}
`;

it('a machine that has no IPv6 is served over IPv4 with the default settings: HTTP, UDP and peers', async (t) => {
  const cc = requireTool(t, 'cc');
  if (cc === undefined) return;
  const folder = await makeTempFolder(t);
  const library = join(folder, 'no-ipv6.so');
  execFileSync(cc, ['-shared', '-fPIC', '-xc', '-', '-o', library, '-ldl'], {
    input: NO_IPV6,
    timeout: 60_000,
  });
  const httpPort = await freePort('127.0.0.1');
  const seedbed = await startSeedbed(t, {
    dataDir: join(folder, 'data'),
    httpPort,
    open: true,
    args: ['--host', '::'], // behind the fixture's own
    prefix: ['env', `LD_PRELOAD=${library}`],
  });
  const udp = await new UdpClient(t, httpPort).connect();
  assert.equal((await udp.announce()).incomplete, 1);
  const peer = connect({ host: '127.0.0.1', port: seedbed.peerPort });
  t.after(() => peer.destroy());
  await withDeadline(
    'a connection to the seed node',
    new Promise((resolve) => peer.once('connect', resolve)),
  );
});
