import { createServer } from 'node:http';
import { test } from 'node:test';
import { pino } from 'pino';
import { frontEndConformance } from '../../../src/tracker/conformance.ts';
import { TrackerHttpServer } from '../../../src/tracker/http/server.ts';
import { HttpClients } from './http-clients.ts';

frontEndConformance({
  test,
  async makeFrontEnd(core) {
    const server = new TrackerHttpServer({
      core,
      fallback: createServer((_request, response) => response.writeHead(500).end()), // nothing here is for it
      port: 0,
      logger: pino({ level: 'silent' }),
    });
    const { port } = await server.start();
    return new HttpClients(port, () => server.stop());
  },
});
