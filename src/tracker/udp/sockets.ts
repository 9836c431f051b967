import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { UdpLimits } from './limits.ts';

/** Where to listen. */
export interface UdpBinding {
  /** Undefined or "::": every address of both families. */
  readonly host: string | undefined;
  /** 0 takes a port that is free in both families. */
  readonly port: number;
  readonly limits: Pick<UdpLimits, 'receiveBufferBytes' | 'sendBufferBytes'>;
}

/** How often another port is tried when the one that is free in IPv4 is taken in IPv6. */
const PORT_TRIES = 8;

/**
 * The sockets of a binding, listening on one port. Each family has a socket of its own: IPv4 through a socket of both families costs
 * a twentieth more a packet, since its addresses are turned into IPv6 ones and into text and back. A machine that has only
 * one family gets one socket. Rejects with the system's error, such as code EADDRINUSE or EACCES.
 */
export async function openSockets({ host, port, limits }: UdpBinding): Promise<Socket[]> {
  if (host !== undefined && host !== '::') return [await bind(host, port, limits)];
  for (let attempt = 1; ; attempt++) {
    const v4 = await bindIfThere('0.0.0.0', port, limits);
    if (v4 === undefined) return [await bind('::', port, limits)];
    try {
      const v6 = await bindIfThere('::', v4.address().port, limits);
      return v6 === undefined ? [v4] : [v4, v6];
    } catch (error) {
      v4.close();
      if (port !== 0 || attempt === PORT_TRIES || codeOf(error) !== 'EADDRINUSE') throw error;
    }
  }
}

/** Undefined when the machine does not have the family. */
async function bindIfThere(
  host: string,
  port: number,
  limits: UdpBinding['limits'],
): Promise<Socket | undefined> {
  try {
    return await bind(host, port, limits);
  } catch (error) {
    if (codeOf(error) === 'EAFNOSUPPORT' || codeOf(error) === 'EADDRNOTAVAIL') return undefined;
    throw error;
  }
}

function bind(host: string, port: number, limits: UdpBinding['limits']): Promise<Socket> {
  const type = isIPv6(host) ? 'udp6' : 'udp4';
  const socket = createSocket({
    type,
    ipv6Only: type === 'udp6',
    recvBufferSize: limits.receiveBufferBytes,
    sendBufferSize: limits.sendBufferBytes,
    // Addresses only, so nothing is looked up: without it each reply takes a tenth longer.
    lookup: (address, _options, callback) => callback(null, address, type === 'udp6' ? 6 : 4),
  });
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', onError);
    socket.bind(port, host, () => {
      socket.off('error', onError);
      resolve(socket);
    });
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
