/** Something at whose end cleaning up is done: a node:test context (`t`, or `{ after }` of a suite), or a `Scope`. */
export interface CleanupOwner {
  after(callback: () => void | Promise<void>): void;
}

/** A cleanup owner for suites and scripts: call `end()` once, also after a failure. Last in, first out. */
export class Scope implements CleanupOwner {
  #callbacks: (() => void | Promise<void>)[] = [];

  after(callback: () => void | Promise<void>): void {
    this.#callbacks.push(callback);
  }

  /** Runs every callback, also when one of them fails; throws the first failure. */
  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (let callback = this.#callbacks.pop(); callback !== undefined; callback = this.#callbacks.pop())
      try {
        await callback();
      } catch (error) {
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
  }
}

const scopes = new WeakMap<CleanupOwner, Scope>();

/**
 * Cleans up when the owner ends, last in, first out. A node:test context alone would run the oldest callback first, and so
 * remove a folder while the program that writes into it still runs.
 */
export function cleanup(owner: CleanupOwner, callback: () => void | Promise<void>): void {
  if (owner instanceof Scope) return owner.after(callback);
  let scope = scopes.get(owner);
  if (scope === undefined) {
    const created = new Scope();
    owner.after(() => created.end());
    scopes.set(owner, created);
    scope = created;
  }
  scope.after(callback);
}
