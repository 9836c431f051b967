import type { UserDetailView, UserTorrentView, UserView } from '../api/user-view.ts';
import type { ServerClient } from './server-client.ts';

/** What is said of a new user; times are ISO 8601, null is never. */
export interface NewUserRequest {
  readonly name: string;
  readonly passkey?: string | undefined;
  readonly expiresAt?: string | null | undefined;
}

/** How a torrent counts for the ratio of users. */
export interface CreditView {
  readonly uploadPercent: number;
  readonly downloadPercent: number;
}

/** The users of a running server, through its control API. */
export class UserClient {
  readonly #server: ServerClient;

  constructor(server: ServerClient) {
    this.#server = server;
  }

  /** A page of users, by number. */
  async list(skip: number, limit: number): Promise<UserView[]> {
    const { users } = (await this.#server.call('GET', `/users?skip=${skip}&limit=${limit}`)) as {
      users: UserView[];
    };
    return users;
  }

  /** One user, by name or number. */
  async get(user: string): Promise<UserDetailView> {
    return (await this.#server.call('GET', pathOf(user))) as UserDetailView;
  }

  /** The torrents that a user was seen in last. */
  async torrents(user: string, limit: number): Promise<UserTorrentView[]> {
    const { torrents } = (await this.#server.call('GET', `${pathOf(user)}/torrents?limit=${limit}`)) as {
      torrents: UserTorrentView[];
    };
    return torrents;
  }

  async add(user: NewUserRequest): Promise<UserDetailView> {
    return (await this.#server.call('POST', '/users', user)) as UserDetailView;
  }

  async change(
    user: string,
    change: { readonly isEnabled?: boolean; readonly expiresAt?: string | null },
  ): Promise<UserDetailView> {
    return (await this.#server.call('PATCH', pathOf(user), change)) as UserDetailView;
  }

  /** Another passkey: this one, or one that the server makes. */
  async newPasskey(user: string, passkey: string | undefined): Promise<UserDetailView> {
    return (await this.#server.call('POST', `${pathOf(user)}/passkey`, { passkey })) as UserDetailView;
  }

  async remove(user: string): Promise<void> {
    await this.#server.call('DELETE', pathOf(user));
  }

  /** Until when no download counts; null when downloads count. */
  async freeleech(): Promise<string | null> {
    return ((await this.#server.call('GET', '/freeleech')) as { until: string | null }).until;
  }

  async setFreeleech(until: string | null): Promise<string | null> {
    return ((await this.#server.call('PUT', '/freeleech', { until })) as { until: string | null }).until;
  }

  /** The torrents that do not count as usual. */
  async credits(): Promise<(CreditView & { readonly infoHash: string })[]> {
    const { credits } = (await this.#server.call('GET', '/credits')) as {
      credits: (CreditView & { infoHash: string })[];
    };
    return credits;
  }

  async credit(infoHash: string): Promise<CreditView> {
    return (await this.#server.call('GET', `/torrents/${infoHash}/credit`)) as CreditView;
  }

  async setCredit(infoHash: string, change: Partial<CreditView>): Promise<CreditView> {
    return (await this.#server.call('PATCH', `/torrents/${infoHash}/credit`, change)) as CreditView;
  }
}

function pathOf(user: string): string {
  return `/users/${encodeURIComponent(user)}`;
}
