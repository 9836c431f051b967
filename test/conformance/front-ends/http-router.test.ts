import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import express from 'express';
import { frontEndConformance } from '../../../src/tracker/conformance.ts';
import { trackerRouter } from '../../../src/tracker/http/router.ts';
import { HttpClients } from './http-clients.ts';

frontEndConformance({
  test,
  async makeFrontEnd(core) {
    const server = express().use(trackerRouter(core)).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // it listens on a port
    return new HttpClients(port, () => new Promise((resolve) => server.close(resolve)));
  },
});
