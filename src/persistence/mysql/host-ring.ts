import type { MysqlHost } from '../mysql-url.ts';

/** Which of several servers is used now: the first, until it fails; then the next, and so on round. */
export class HostRing {
  readonly #hosts: readonly MysqlHost[];
  #index = 0;

  constructor(hosts: readonly MysqlHost[]) {
    this.#hosts = hosts;
  }

  get current(): MysqlHost {
    return this.#hosts[this.#index] as MysqlHost; // the index stays within, and there is at least one
  }

  /** How many servers there are. */
  get size(): number {
    return this.#hosts.length;
  }

  /** Goes on to the next server, unless somebody else has left the failed one already. */
  leave(failed: MysqlHost): void {
    if (this.current === failed) this.#index = (this.#index + 1) % this.#hosts.length;
  }
}
