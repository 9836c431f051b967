import { ADDRESS_CHECKS } from './checks/address-checks.ts';
import { ANNOUNCE_CHECKS } from './checks/announce-checks.ts';
import { HTTP_CHECKS } from './checks/http-checks.ts';
import { NAME_CHECKS } from './checks/name-checks.ts';
import { TLS_CHECKS } from './checks/tls-checks.ts';
import { UDP_CHECKS } from './checks/udp-checks.ts';
import { WAY_CHECKS } from './checks/way-checks.ts';
import type { TrackerEvidence } from './evidence.ts';
import type { Check } from './finding.ts';

/** Every check of a tracker seen from the outside, in the order in which their findings are shown. */
export const TRACKER_CHECKS: readonly Check<TrackerEvidence>[] = [
  ...NAME_CHECKS,
  ...WAY_CHECKS,
  ...TLS_CHECKS,
  ...ANNOUNCE_CHECKS,
  ...ADDRESS_CHECKS,
  ...HTTP_CHECKS,
  ...UDP_CHECKS,
];
