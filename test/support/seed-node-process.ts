import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Endpoint } from '../../src/bittorrent/endpoint.ts';
import type { SeederCounters } from '../../src/seeder/counters.ts';
import type { SeederLimits } from '../../src/seeder/limits.ts';
import type { TorrentState } from '../../src/seeder/torrents/torrent-state.ts';
import { eventually } from './eventually.ts';
import { type CleanupOwner, cleanup } from './scope.ts';

const program = fileURLToPath(new URL('./seed-node-child.ts', import.meta.url));

/** The one torrent of the node, and its bounds. */
export interface SeedNodeProcessOptions {
  readonly torrentPath: string;
  readonly dataPath: string;
  readonly isMirrored: boolean;
  readonly limits: Partial<SeederLimits>;
}

/** What the process is asked; it connects to peers when it is told to. */
export type NodeQuestion =
  | { readonly ask: 'numbers' | 'memory' }
  | { readonly ask: 'connect'; readonly peers: readonly Endpoint[] };

/** What the node counts. */
export interface NodeNumbers {
  readonly port: number;
  readonly state: TorrentState;
  readonly connectionCount: number;
  readonly counters: SeederCounters;
}

/** What the process holds after all that could be collected was. */
export interface NodeMemory {
  readonly residentBytes: number;
  /** Of JavaScript's heap and of buffers. */
  readonly usedBytes: number;
}

/** A seed node in a process of its own, whose memory can be measured. */
export class SeedNodeProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts it; it ends with its owner. */
  static async start(owner: CleanupOwner, options: SeedNodeProcessOptions): Promise<SeedNodeProcess> {
    const child = fork(program, [JSON.stringify(options)], {
      execArgv: ['--expose-gc'],
      serialization: 'advanced', // addresses are bytes
    });
    cleanup(owner, async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });
    const [numbers] = (await once(child, 'message')) as [NodeNumbers];
    return new SeedNodeProcess(child, numbers.port);
  }

  numbers(): Promise<NodeNumbers> {
    return this.#ask({ ask: 'numbers' });
  }

  memory(): Promise<NodeMemory> {
    return this.#ask({ ask: 'memory' });
  }

  /** Has the torrent fetched from these peers, too. */
  async connectTo(peers: readonly Endpoint[]): Promise<void> {
    await this.#ask({ ask: 'connect', peers });
  }

  /** Waits until the node's numbers are as claimed. */
  async until(what: string, claim: (numbers: NodeNumbers) => boolean): Promise<void> {
    await eventually(what, async () => claim(await this.numbers()));
  }

  async #ask<Answer>(question: NodeQuestion): Promise<Answer> {
    const answer = once(this.#child, 'message');
    this.#child.send(question);
    const [told] = (await answer) as [Answer];
    return told;
  }
}
