import type { AddressInfo, Server } from 'node:net';

/** Listens on a port that the system chooses, and returns it. */
export async function listenOn(server: Server, host: string): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port; // a TCP server has one
}
