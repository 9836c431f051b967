import { accessCases } from './conformance/access-cases.ts';
import { changeCases } from './conformance/change-cases.ts';
import { counterCases } from './conformance/counter-cases.ts';
import { feedCases } from './conformance/feed-cases.ts';
import type { ConformanceCase, PersistenceHarness } from './conformance/harness.ts';
import { peerCases } from './conformance/peer-cases.ts';
import { pendingMagnetCases } from './conformance/pending-magnet-cases.ts';
import { rateLimitCases } from './conformance/rate-limit-cases.ts';
import { revisionCases } from './conformance/revision-cases.ts';
import { settingCases } from './conformance/setting-cases.ts';
import { torrentCases } from './conformance/torrent-cases.ts';
import { trafficCases } from './conformance/traffic-cases.ts';
import { userCases } from './conformance/user-cases.ts';

export type { PersistenceHarness } from './conformance/harness.ts';

/** How to declare a test; `test` of node:test fits. */
export type DeclareTest = (
  name: string,
  options: { readonly skip: string | false },
  body: () => Promise<void>,
) => unknown;

/** What a driver's test file says. */
export interface ConformanceOptions {
  readonly test: DeclareTest;
  /** A fresh, empty, open database for each case. */
  readonly makePersistence: () => Promise<PersistenceHarness>;
  /** Names of cases that the driver cannot pass, and why. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** All cases, by name. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...torrentCases,
  ...peerCases,
  ...feedCases,
  ...counterCases,
  ...changeCases,
  ...settingCases,
  ...accessCases,
  ...rateLimitCases,
  ...pendingMagnetCases,
  ...revisionCases,
  ...userCases,
  ...trafficCases,
];

/**
 * Declares one test for each rule of the {@link Persistence} contract. A driver is a driver when they all pass.
 * @throws {RangeError} when `skip` names a case that does not exist.
 */
export function persistenceConformance(options: ConformanceOptions): void {
  const { test, makePersistence, skip = {} } = options;
  const unknown = Object.keys(skip).find((name) => !conformanceCases.some((one) => one.name === name));
  if (unknown !== undefined) throw new RangeError(`there is no conformance case "${unknown}"`);
  for (const { name, run } of conformanceCases) {
    test(name, { skip: skip[name] ?? false }, async () => {
      const harness = await makePersistence();
      try {
        await run(harness);
      } finally {
        await harness.dispose();
      }
    });
  }
}
