/** What a check found. */
export interface CheckResult {
  readonly isOk: boolean;
  /** What is wrong, or a figure worth knowing; no secrets. */
  readonly detail?: string;
}

/** Whether the server can do its work, as `/readyz` tells. */
export interface Readiness {
  readonly isReady: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** Whether the server lives and is ready: what load balancers and container managers ask for. */
export class Health {
  readonly #checks = new Map<string, () => CheckResult>();
  #state: 'starting' | 'running' | 'stopping' = 'starting';

  /** Adds a check, which must be quick: it reads what is known already. */
  addCheck(name: string, check: () => CheckResult): void {
    this.#checks.set(name, check);
  }

  /** Everything has started. */
  started(): void {
    if (this.#state === 'starting') this.#state = 'running';
  }

  /** Everything is about to stop: no new work should come. */
  stopping(): void {
    this.#state = 'stopping';
  }

  /** What the checks say now. */
  readiness(): Readiness {
    const checks: Record<string, CheckResult> = {
      server: { isOk: this.#state === 'running', detail: this.#state },
    };
    for (const [name, check] of this.#checks) checks[name] = check();
    return { isReady: Object.values(checks).every(({ isOk }) => isOk), checks };
  }
}
