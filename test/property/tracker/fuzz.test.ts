import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fuzz } from '../../../scripts/fuzz/run.ts';
import { httpTarget } from '../../../scripts/fuzz/targets/http.ts';
import { proxyTarget } from '../../../scripts/fuzz/targets/proxy.ts';
import { udpTarget } from '../../../scripts/fuzz/targets/udp.ts';
import { wsTarget } from '../../../scripts/fuzz/targets/ws.ts';

// A taste of `npm run -s fuzz`, which takes a million inputs and more.
const options = { inputs: 20_000, seconds: 120, seed: 20_000 };

describe('spoilt requests', () => {
  for (const target of [httpTarget(), udpTarget(), wsTarget(), proxyTarget()])
    it(`over ${target.name} get a whole answer or none`, () => {
      const { outcomes } = fuzz(target, options);
      assert.ok(Object.keys(outcomes).length >= 4, `all kinds of ends are seen: ${JSON.stringify(outcomes)}`);
    });
});
