import { type EventuallyOptions, eventually } from '../eventually.ts';
import type { ManagedProcess } from '../processes.ts';
import type { ClientReport, RunningClient } from './client.ts';

/** What the kinds of clients share: waiting by asking for reports. */
export abstract class BaseClient implements RunningClient {
  readonly address: string;
  readonly port: number;
  protected readonly process: ManagedProcess;

  constructor(process: ManagedProcess, address: string, port: number) {
    this.process = process;
    this.address = address;
    this.port = port;
  }

  get pid(): number {
    return this.process.pid;
  }

  abstract report(): Promise<ClientReport>;

  async finished(deadlineMs: number): Promise<void> {
    await this.waitFor('the whole torrent', (report) => report.isSeeder, { deadlineMs, intervalMs: 10 });
  }

  async reached(share: number, deadlineMs: number): Promise<void> {
    const enough = ({ haveBytes, totalBytes }: ClientReport): boolean =>
      totalBytes > 0 && haveBytes >= share * totalBytes;
    await this.waitFor(`${share * 100} % of the torrent`, enough, { deadlineMs, intervalMs: 10 });
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  /** Waits for a state; an error tells the last report and the output. */
  protected async waitFor(
    what: string,
    claim: (report: ClientReport) => boolean,
    options: EventuallyOptions,
  ): Promise<void> {
    let last: ClientReport | undefined;
    const probe = async (): Promise<boolean> => {
      if (this.process.status !== undefined) throw new Error(`${this.process.name} ended early`);
      last = await this.report();
      return claim(last);
    };
    try {
      await eventually(`${this.process.name} to have ${what}`, probe, options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw this.process.explain(
        new Error(`${reason}; last report ${JSON.stringify(last)}`, { cause: error }),
      );
    }
  }
}
