import { type AddressInfo, connect, createServer } from 'node:net';
import { Initiator, type InitiatorOptions } from './encrypting-initiator.ts';
import { type CleanupOwner, cleanup } from './scope.ts';

/** Takes plain connections on loopback and passes them on to `port` with protocol encryption; resolves with its own port. */
export async function startEncryptingProxy(
  owner: CleanupOwner,
  port: number,
  options: InitiatorOptions,
): Promise<number> {
  const server = createServer((inner) => {
    const initiator = new Initiator(options);
    const outer = connect(port, '127.0.0.1', () => outer.write(initiator.hello()));
    const waiting: Buffer[] = [];
    outer.on('data', (chunk: Buffer) => {
      const { answer, payload } = initiator.push(chunk);
      if (answer.length > 0) outer.write(answer);
      if (payload.length > 0) inner.write(payload);
      if (initiator.isAgreed) for (const bytes of waiting.splice(0)) outer.write(initiator.wrap(bytes));
    });
    inner.on('data', (bytes: Buffer) => {
      if (initiator.isAgreed) outer.write(initiator.wrap(bytes));
      else waiting.push(bytes);
    });
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const)
      socket.on('error', () => {}).on('close', () => other.destroy()); // a reset is one way of being closed
    cleanup(owner, () => {
      outer.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(owner, () => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
