import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClientSessions, UNKNOWN_USER } from '../../../src/tracker/users/client-sessions.ts';
import { infoHash, peerId } from '../../unit/tracker/tracker-fixture.ts';

const command = fc.record({
  do: fc.constantFrom('add' as const, 'add' as const, 'remove' as const, 'adopt' as const),
  torrent: fc.nat({ max: 3 }),
  peer: fc.nat({ max: 5 }),
  user: fc.nat({ max: 3 }),
});

test('sessions are found by client, by torrent and by user, as a plain list would find them', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 300, size: 'max' }), (commands) => {
      const sessions = new ClientSessions(1000);
      const model = new Map<string, number>();
      const key = (torrent: number, peer: number, user: number) => `${torrent}/${peer}/${user}`;
      for (const { do: what, torrent, peer, user } of commands) {
        const slot = sessions.find(infoHash(torrent), peerId(peer), user);
        assert.equal(slot, model.get(key(torrent, peer, user)) ?? -1);
        if (what === 'add' && slot < 0)
          model.set(key(torrent, peer, user), sessions.add(infoHash(torrent), peerId(peer), user));
        else if (what === 'remove' && slot >= 0) {
          sessions.remove(slot);
          model.delete(key(torrent, peer, user));
        } else if (what === 'adopt' && slot < 0) {
          const orphan = sessions.find(infoHash(torrent), peerId(peer), UNKNOWN_USER);
          if (orphan < 0) continue;
          sessions.adopt(orphan, user);
          model.delete(key(torrent, peer, UNKNOWN_USER));
          model.set(key(torrent, peer, user), orphan);
        }
      }
      assert.equal(sessions.size, model.size);
      const slotsWhere = (is: (parts: readonly number[]) => boolean) =>
        [...model]
          .filter(([text]) => is(text.split('/').map(Number)))
          .map(([, slot]) => slot)
          .sort();
      for (let user = 0; user < 4; user++) {
        assert.deepEqual(
          [...sessions.ofUser(user)].sort(),
          slotsWhere((parts) => parts[2] === user),
        );
        for (let torrent = 0; torrent < 4; torrent++)
          assert.deepEqual(
            [...sessions.ofUserInTorrent(user, infoHash(torrent))].sort(),
            slotsWhere((parts) => parts[0] === torrent && parts[2] === user),
          );
      }
      for (let torrent = 0; torrent < 4; torrent++)
        for (let peer = 0; peer < 6; peer++)
          assert.deepEqual(
            [...sessions.clients(infoHash(torrent), peerId(peer))].sort(),
            slotsWhere((parts) => parts[0] === torrent && parts[1] === peer),
          );
    }),
  );
});

test('a full table adds nothing, and a slot that became free is used again', () => {
  const sessions = new ClientSessions(2);
  const first = sessions.add(infoHash(1), peerId(1), 1);
  sessions.add(infoHash(1), peerId(2), 1);
  assert.equal(sessions.add(infoHash(1), peerId(3), 1), -1);
  sessions.columns.uploaded[first] = 99;
  sessions.remove(first);
  const again = sessions.add(infoHash(1), peerId(3), 1);
  assert.deepEqual([again, sessions.columns.uploaded[again]], [first, 0]);
});
