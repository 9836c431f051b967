import { FOLDER_CHECKS } from './checks/folder-checks.ts';
import { MACHINE_CHECKS } from './checks/machine-checks.ts';
import { OWN_REACH_CHECKS } from './checks/own-reach-checks.ts';
import type { Check } from './finding.ts';
import type { OwnEvidence } from './own/own-evidence.ts';

/** Every check of our own server that cannot be made from the outside, in the order in which their findings are shown. */
export const OWN_CHECKS: readonly Check<OwnEvidence>[] = [
  ...OWN_REACH_CHECKS,
  ...MACHINE_CHECKS,
  ...FOLDER_CHECKS,
];
