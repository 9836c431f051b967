import { after, before, type TestContext, test } from 'node:test';
import { persistenceConformance } from '../../../src/persistence/conformance.ts';
import { MysqlPersistence } from '../../../src/persistence/mysql/mysql-persistence.ts';
import { parseMysqlUrl } from '../../../src/persistence/mysql-url.ts';
import { type MysqlServer, openMysql, whyNoMysql } from '../../support/mariadb.ts';
import { Scope } from '../../support/scope.ts';

const missing = whyNoMysql();
const scope = new Scope();
let server: MysqlServer;

before(async () => {
  if (missing === undefined) server = await openMysql(scope);
});
after(() => scope.end());

persistenceConformance({
  test: (name, { skip }, body) =>
    test(name, { skip: missing ?? skip }, body as (t: TestContext) => Promise<void>),
  async makePersistence() {
    const one = new Scope();
    const target = parseMysqlUrl(await server.freshDatabase(one));
    const openAnother = async (nodeName: string) => {
      const persistence = new MysqlPersistence({ target, nodeName });
      one.after(() => persistence.close());
      await persistence.open();
      return persistence;
    };
    return { persistence: await openAnother('one'), openAnother, dispose: () => one.end() };
  },
});
