import { after, before, describe, type TestContext } from 'node:test';
import { pino } from 'pino';
import { openPersistence } from '../../src/persistence/open.ts';
import { type MysqlServer, openMysql, whyNoMysql } from '../support/mariadb.ts';
import { declareNodeCases } from '../support/node-cases.ts';
import type { OpenHandle } from '../support/nodes.ts';
import { declarePrivateNodeCases } from '../support/private-node-cases.ts';
import { Scope } from '../support/scope.ts';

describe('several nodes that share a MySQL database', { skip: whyNoMysql() ?? false, concurrency: 3 }, () => {
  const scope = new Scope();
  let server: MysqlServer;

  before(async () => {
    server = await openMysql(scope);
  });
  after(() => scope.end());

  const openDatabase = async (t: TestContext): Promise<OpenHandle> => {
    const database = await server.freshDatabase(t);
    return (nodeName) => openPersistence({ database, nodeName, logger: pino({ level: 'silent' }) });
  };
  declareNodeCases(openDatabase);
  declarePrivateNodeCases(openDatabase);
});
