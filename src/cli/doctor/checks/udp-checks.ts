import type { TrackerEvidence } from '../evidence.ts';
import { type Check, note, ok, wrong } from '../finding.ts';

/** What belongs to UDP alone. */
export const UDP_CHECKS: readonly Check<TrackerEvidence>[] = [
  ({ forgedUdp }) => {
    switch (forgedUdp) {
      case undefined:
        return undefined;
      case 'silence':
        return ok('udp.connection-id', 'an announce with a made-up connection id is left without answer');
      case 'error':
        return note(
          'udp.connection-id',
          'an announce with a made-up connection id is answered with an error',
          "silence is better: whoever writes a stranger's address on a packet makes the tracker send to that stranger",
        );
      case 'answer':
        return wrong(
          'udp.connection-id',
          'an announce with a made-up connection id is taken: anybody can announce others, and flood them with answers',
          'let the tracker check the ids that it gave (BEP 15)',
        );
    }
  },
];
