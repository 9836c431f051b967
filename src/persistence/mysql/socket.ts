import { connect, type Socket } from 'node:net';
import type { MysqlHost, MysqlTarget } from '../mysql-url.ts';

/** How long nothing may be heard on an idle line before the system asks whether the other side is there. */
const KEEP_ALIVE_MS = 10_000;

/**
 * Connects to a server: our own socket, so that it can be given up whatever the driver waits for. When nothing came over it for
 * `silenceMs` it ends with ETIMEDOUT: the server hangs, or nobody needs the connection.
 */
export function openSocket(target: MysqlTarget, { host, port }: MysqlHost, silenceMs: number): Socket {
  const socket =
    target.socketPath === undefined
      ? connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS })
      : connect({ path: target.socketPath });
  socket.setTimeout(silenceMs, () => {
    socket.destroy(
      Object.assign(new Error(`no answer within ${silenceMs / 1_000} s`), { code: 'ETIMEDOUT' }),
    );
  });
  return socket;
}
