import type { AnnounceReply, FailureReply } from '../../../../src/bittorrent/announce-response.ts';
import type { SessionRow, TrafficRow } from '../../../../src/persistence/traffic-store.ts';
import { TrackerCore } from '../../../../src/tracker/core.ts';
import { ClientSessions } from '../../../../src/tracker/users/client-sessions.ts';
import { PrivateMode } from '../../../../src/tracker/users/private-mode.ts';
import { TorrentCredits } from '../../../../src/tracker/users/torrent-credits.ts';
import { TrafficAccounts } from '../../../../src/tracker/users/traffic-accounts.ts';
import { type User, UserRegistry } from '../../../../src/tracker/users/user-registry.ts';
import { type Announce, address, infoHash, peerId } from '../tracker-fixture.ts';

/** What a test says of a private tracker; the rest is usual. */
export interface PrivateOptions {
  readonly maxPeersPerTorrent?: number;
  readonly maxLeeching?: number;
  /** Bytes a second. */
  readonly maxRate?: number;
  readonly maxSessions?: number;
}

/** The passkey of a user's number. */
export function passkeyOf(id: number): string {
  return `passkey-${String(id).padStart(12, '0')}`;
}

/** A private tracker with two users, a clock of its own, and intervals of 1800 s. */
export class PrivateFixture {
  now = 1_000_000;
  readonly torrent = infoHash(1);
  readonly users = new UserRegistry();
  readonly credits = new TorrentCredits();
  readonly accounts: TrafficAccounts;
  readonly rule: PrivateMode;
  readonly core: TrackerCore;
  #batch = 0;

  constructor(options: PrivateOptions = {}) {
    const clock = (): number => this.now;
    for (const id of [1, 2]) this.users.set(user(id));
    this.accounts = new TrafficAccounts({
      sessions: new ClientSessions(options.maxSessions ?? 10_000),
      credits: this.credits,
      isUser: (id) => this.users.get(id) !== undefined,
      clock,
      maxRate: options.maxRate ?? Number.POSITIVE_INFINITY,
      intervalSeconds: 1800,
    });
    this.rule = new PrivateMode({
      users: this.users,
      accounts: this.accounts,
      clock,
      limits: {
        maxPeersPerTorrent: options.maxPeersPerTorrent ?? 3,
        maxLeeching: options.maxLeeching ?? 0,
      },
    });
    this.core = new TrackerCore({
      clock,
      random: () => 0.5,
      rules: [this.rule],
      access: 'open',
      minIntervalSeconds: 1800,
      maxIntervalSeconds: 1800,
    });
    this.accounts.loaded();
  }

  /** Announces for the first user unless a passkey is given, and returns whatever comes back. */
  send({
    from,
    passkey = passkeyOf(1),
    ...rest
  }: Announce & { readonly passkey?: string | null }): AnnounceReply | FailureReply {
    return this.core.announce(
      {
        infoHash: this.torrent,
        peerId: peerId(1),
        port: 6881,
        uploaded: 0,
        downloaded: 0,
        left: 0,
        event: 'none',
        numWant: undefined,
        key: 7,
        ip: undefined,
        compact: true,
        noPeerId: false,
        ...rest,
      },
      { source: address(from), localAddress: undefined, passkey: passkey ?? undefined },
    );
  }

  /** Announces, and returns why not; undefined when it was answered. */
  reason(announce: Partial<Announce> & { readonly passkey?: string | null }): string | undefined {
    const reply = this.send({ from: '10.0.0.1', ...announce });
    return 'reason' in reply ? reply.reason : undefined;
  }

  /** Announces, and lets time pass. */
  announce(announce: Partial<Announce> & { readonly passkey?: string }, thenSeconds = 0): void {
    const refused = this.reason(announce);
    if (refused !== undefined) throw new Error(refused);
    this.now += thenSeconds;
  }

  /** What waits to be written, all of it. */
  take(): { readonly traffic: readonly TrafficRow[]; readonly sessions: readonly SessionRow[] } {
    return this.accounts.take(++this.#batch, 1_000_000) ?? { traffic: [], sessions: [] };
  }

  /** The only row of traffic that waits, in the order: uploaded, downloaded, credited both, suspicious, seeded and leeched seconds. */
  counted(): readonly number[] {
    const { traffic } = this.take();
    const row = traffic[0];
    if (row === undefined || traffic.length > 1) throw new Error(`${traffic.length} rows of traffic`);
    return [
      row.uploadedBytes,
      row.downloadedBytes,
      row.creditedUpBytes,
      row.creditedDownBytes,
      row.suspiciousBytes,
      row.seedingSeconds,
      row.leechingSeconds,
    ];
  }
}

/** A user of this number. */
export function user(id: number, change: Partial<User> = {}): User {
  return {
    id,
    name: `user ${id}`,
    passkey: passkeyOf(id),
    isEnabled: true,
    expiresAtSeconds: null,
    ...change,
  };
}
