import type { StopRule } from '../torrents/transfer-totals.ts';

const REASONS: Readonly<Record<StopRule, string>> = {
  ratio: 'its share ratio is reached',
  time: 'it was seeded as long as it was to be',
  idle: 'nobody wanted anything of it for too long',
};

/** Why a rule has stopped a torrent, one sentence. */
export function stopReason(rule: StopRule): string {
  return `${REASONS[rule]}; seedbed resume starts it again`;
}
