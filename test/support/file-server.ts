import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type CleanupOwner, cleanup } from './scope.ts';

/** Answers a request; false leaves it to the server, which serves its files with ranges. */
export type Misbehaviour = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A running file server. */
export interface FileServer {
  /** Its root, with a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** What it was asked for, as `path range`. */
  readonly requests: string[];
  /** The headers of the last request. */
  headers(): IncomingMessage['headers'];
  /** Connections that were opened, and that are open. */
  connections(): { readonly opened: number; readonly open: number };
  /** What it does from now on instead of serving files. */
  misbehave: Misbehaviour | undefined;
}

/** How it is made. */
export interface FileServerOptions {
  readonly misbehave?: Misbehaviour;
  readonly host?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A web server on loopback that has files by their decoded paths, and misbehaves as it is told to. */
export async function startFileServer(
  owner: CleanupOwner,
  files: Readonly<Record<string, Uint8Array>>,
  { misbehave, host = '127.0.0.1', tls }: FileServerOptions = {},
): Promise<FileServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  let headers: IncomingMessage['headers'] = {};
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    ({ headers } = request);
    if (running.misbehave?.(request, response) === true) return;
    serveFile(files, request, response);
  };
  const server: Server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  server.on('connection', (socket: Socket) => {
    opened++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  cleanup(owner, () => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const running: FileServer = {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}/`,
    port,
    requests,
    headers: () => headers,
    connections: () => ({ opened, open: sockets.size }),
    misbehave,
  };
  return running;
}

/** The range that a request asks for; undefined: all. */
export function rangeOf(
  request: IncomingMessage,
): { readonly first: number; readonly last: number } | undefined {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  return match === null ? undefined : { first: Number(match[1]), last: Number(match[2]) };
}

function serveFile(
  files: Readonly<Record<string, Uint8Array>>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const data = files[decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname)];
  if (data === undefined) return void response.writeHead(404).end('not here');
  const range = rangeOf(request);
  if (range === undefined) return void response.writeHead(200, { 'Content-Length': data.length }).end(data);
  if (range.last >= data.length) return void response.writeHead(416).end();
  const part = data.subarray(range.first, range.last + 1);
  response
    .writeHead(206, {
      'Content-Length': part.length,
      'Content-Range': `bytes ${range.first}-${range.last}/${data.length}`,
    })
    .end(part);
}
