import { accessCases } from './conformance/access-cases.ts';
import { countCases } from './conformance/count-cases.ts';
import { type FrontEndCase, type FrontEndHarness, REGISTERED_TORRENT } from './conformance/harness.ts';
import { peerCases } from './conformance/peer-cases.ts';
import { ruleCases } from './conformance/rule-cases.ts';
import { TrackerCore } from './core.ts';

export type { ClientAnnounce, ClientReply, FrontEndHarness } from './conformance/harness.ts';
export { clientAt, clientOf } from './conformance/harness.ts';

/** How to declare a test; `test` of node:test fits. */
export type DeclareFrontEndTest = (
  name: string,
  options: { readonly skip: string | false },
  body: () => Promise<void>,
) => unknown;

/** What the test file of a front end says. */
export interface FrontEndConformanceOptions {
  readonly test: DeclareFrontEndTest;
  /** Starts the front end on a core, with clients of its protocol; once a case. It listens on loopback, for IPv4 and IPv6. */
  readonly makeFrontEnd: (core: TrackerCore) => Promise<FrontEndHarness>;
  /** Names of cases that the protocol cannot pass, and why. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** All cases, by name. */
export const frontEndCases: readonly FrontEndCase[] = [
  ...peerCases,
  ...countCases,
  ...ruleCases,
  ...accessCases,
];

/**
 * Declares one test for each rule that a front end of the tracker follows, whatever its protocol: a client is to be served alike by all.
 * @throws {RangeError} when `skip` names a case that does not exist.
 */
export function frontEndConformance(options: FrontEndConformanceOptions): void {
  const { test, makeFrontEnd, skip = {} } = options;
  const unknown = Object.keys(skip).find((name) => !frontEndCases.some((one) => one.name === name));
  if (unknown !== undefined) throw new RangeError(`there is no conformance case "${unknown}"`);
  for (const { name, core: coreOptions, run } of frontEndCases) {
    test(name, { skip: skip[name] ?? false }, async () => {
      const clock = { seconds: 1_000_000 };
      const core = new TrackerCore({ clock: () => clock.seconds, ...coreOptions?.() });
      core.registerTorrent(REGISTERED_TORRENT, { completed: 0 });
      const harness = await makeFrontEnd(core);
      try {
        await run({ core, harness, clock });
      } finally {
        await harness.dispose();
      }
    });
  }
}
