import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { UserDetailView } from '../../src/api/user-view.ts';
import { infoHashFromBytes } from '../../src/bittorrent/info-hash.ts';
import { percentEncode } from '../../src/bittorrent/query.ts';
import { eventually } from './eventually.ts';
import { callApi, type OpenHandle, startNode, type TestNode } from './nodes.ts';

const HASH = infoHashFromBytes(new Uint8Array(20).fill(7));

/** Announces a user's client, and returns the answer as text. */
async function announce(
  node: TestNode,
  passkey: string,
  uploaded: number,
  left: number,
  more = '',
): Promise<string> {
  const query = `info_hash=${percentEncode(HASH)}&peer_id=-XX0001-000000000001&key=9&port=7001&downloaded=0`;
  const response = await fetch(
    `${node.url}/announce/${passkey}?${query}&uploaded=${uploaded}&left=${left}${more}`,
  );
  return response.text();
}

/** Waits until a node has heard of the client from the other one. */
async function untilScraped(node: TestNode, passkey: string, count: string): Promise<void> {
  await eventually(`node ${node.name} to count ${count}`, async () => {
    const response = await fetch(`${node.url}/scrape/${passkey}?info_hash=${percentEncode(HASH)}`);
    return (await response.text()).includes(count);
  });
}

/** What holds for users on several nodes, whatever database they share. */
export function declarePrivateNodeCases(openDatabase: (t: TestContext) => Promise<OpenHandle>): void {
  it('a client that goes from node to node is credited once, and the nodes tell the same sum', async (t) => {
    const open = await openDatabase(t);
    const one = await startNode(t, open, 'one', { privateTracker: true });
    const two = await startNode(t, open, 'two', { privateTracker: true });
    const { passkey } = (await callApi(one, 'POST', '/users', { name: 'anna' })) as UserDetailView;
    await eventually('the other node to know the user', async () =>
      (await announce(two, passkey, 0, 1, '&event=started')).includes('8:complete'),
    );
    await untilScraped(one, passkey, '10:incompletei1e');
    assert.match(await announce(one, passkey, 100, 0), /8:complete/);
    await untilScraped(two, passkey, '8:completei1e');
    assert.match(await announce(two, passkey, 150, 0), /8:complete/);
    for (const node of [one, two])
      await eventually(`node ${node.name} to tell what was done`, async () => {
        const user = (await callApi(node, 'GET', '/users/anna')) as UserDetailView;
        assert.ok(user.uploadedBytes <= 150, `${user.uploadedBytes} bytes`);
        return user.uploadedBytes === 150;
      });
  });
}
