import type { Torrent } from '../seeder/torrent.ts';

/** The part that our seed node plays in a swarm. */
export const SEED_ROLES = ['seeding', 'standing by', 'budget spent'] as const;

/** `standing by`: others seed it, and only those are served who come on by nothing. `budget spent`: nobody is served until the next month. */
export type SeedRole = (typeof SEED_ROLES)[number];

/** The part that our seed node plays; null while it has none: the torrent is not seeded. */
export function seedRoleOf(seed: Torrent | undefined): SeedRole | null {
  if (seed?.state !== 'seeding') return null;
  switch (seed.serving) {
    case 'everybody':
      return 'seeding';
    case 'needy':
      return 'standing by';
    case 'nobody':
      return 'budget spent';
  }
}
