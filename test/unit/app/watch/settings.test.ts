import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkTogether } from '../../../../src/app/check-together.ts';
import { testConfig } from '../../../support/app.ts';

it('torrents that are watched for need a target, and a target such a folder', () => {
  const folder = { watchTorrents: '/srv/in' };
  assert.throws(() => checkTogether(testConfig('/d', folder)), {
    code: 'ERR_CONFIG',
    message: /^--watch-torrents needs --watch-target beside it/,
  });
  assert.throws(() => checkTogether(testConfig('/d', { watchTarget: '/srv/files' })), {
    message: /^--watch-target needs --watch-torrents beside it/,
  });
  checkTogether(testConfig('/d', { ...folder, watchTarget: '/srv/files' }));
});

it('a folder is not watched for files and for torrents', () => {
  for (const watch of ['/srv/in', '/srv', '/srv/in/sub'])
    assert.throws(
      () => checkTogether(testConfig('/d', { watch: [watch], watchTorrents: '/srv/in', watchTarget: '/f' })),
      { message: /^--watch and --watch-torrents are both \/srv\/in, or one lies in the other/ },
    );
});
