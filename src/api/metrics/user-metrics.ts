import type { Registry } from 'prom-client';
import { plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** The users of a private tracker; a public one has none of these. */
export function userMetrics(registry: Registry, { users }: MetricsSources): void {
  if (users === undefined) return;
  plainGauge(registry, {
    name: 'seedbed_users',
    help: 'Users, those who are disabled or expired among them',
    read: () => [[{}, users().users]],
  });
  plainCounter(registry, {
    name: 'seedbed_user_refusals_total',
    help: 'Announces and scrapes that were refused because of who asked',
    labels: ['reason'],
    read: () => {
      const { unknownPasskey, disabled, expired, tooManyPeers, tooManyDownloads } = users();
      return [
        [{ reason: 'unknown-passkey' }, unknownPasskey],
        [{ reason: 'disabled' }, disabled],
        [{ reason: 'expired' }, expired],
        [{ reason: 'too-many-peers' }, tooManyPeers],
        [{ reason: 'too-many-downloads' }, tooManyDownloads],
      ];
    },
  });
  for (const [name, key, help] of [
    ['seedbed_suspicious_announces_total', 'suspiciousAnnounces', 'Announces that claimed more than can be'],
    [
      'seedbed_uncounted_clients_total',
      'uncountedClients',
      'Announces of clients for whom there was no room to count',
    ],
  ] as const)
    plainCounter(registry, { name, help, read: () => [[{}, users()[key]]] });
  plainGauge(registry, {
    name: 'seedbed_user_traffic_pending',
    help: 'Clients whose traffic waits for the database',
    read: () => [[{}, users().pending]],
  });
  plainGauge(registry, {
    name: 'seedbed_user_traffic_lag_seconds',
    help: 'How long it has waited at most',
    read: () => [[{}, users().lagSeconds]],
  });
}
