import type { Logger } from 'pino';
import type { HeartbeatOutcome, NodeRow, NodeStore } from '../persistence.ts';
import type { SharedClock } from './shared-clock.ts';

/** The states of a node, for those who count. */
export const NODE_STATES = ['alive', 'silent', 'left', 'unknown'] as const;

/**
 * Whether a node lives: `left` when it took its leave or never lived, `silent` when it should have said something, `unknown` when
 * this node has not heard the database for as long, so that it cannot tell.
 */
export type NodeState = (typeof NODE_STATES)[number];

/** A node of the database. */
export interface NodeStatus extends NodeRow {
  readonly state: NodeState;
  /** It is the one that says so. */
  readonly isThis: boolean;
}

/** What became of a node that was to be forgotten: nothing, when it lives or nobody knows it. */
export type Forgotten = 'forgotten' | 'alive' | 'unknown';

/** What a {@link NodeMembership} works with. */
export interface NodeMembershipOptions {
  readonly persistence: NodeStore;
  readonly clock: SharedClock;
  readonly logger: Pick<Logger, 'error' | 'warn' | 'info'>;
}

/** How often a node says that it lives. */
export const HEARTBEAT_INTERVAL_MS = 3_000;
/** Four heartbeats that did not come, and some. */
const SILENT_AFTER_MS = 15_000;
/** From here on the log says that the clock of a machine is wrong. */
const WRONG_CLOCK_MS = 30_000;

/** A node among those of its database: says that it lives, reads the clock that all go by, and sees who else lives. */
export class NodeMembership {
  readonly #persistence: NodeStore;
  readonly #clock: SharedClock;
  readonly #logger: NodeMembershipOptions['logger'];
  #nodes: readonly NodeStatus[] = [];
  #lastBeatMs = Number.NEGATIVE_INFINITY;
  /** Nobody is called silent before: whoever could not reach the database may not have been heard either. */
  #judgesFromMs = Number.NEGATIVE_INFINITY;
  #hasWarned = false;
  /** The latest heartbeat that this process may have written, unix seconds. */
  #ownBeatSeconds = Number.POSITIVE_INFINITY;
  #isNameTaken = false;
  #isReplaced = false;

  constructor({ persistence, clock, logger }: NodeMembershipOptions) {
    this.#persistence = persistence;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** All nodes by number, as of the last heartbeat; when that is long ago, nothing is known of others that did not leave. */
  get nodes(): readonly NodeStatus[] {
    if (this.#clock.nowMs() - this.#lastBeatMs <= SILENT_AFTER_MS) return this.#nodes;
    return this.#nodes.map((node) =>
      node.isThis || node.state === 'left' ? node : { ...node, state: 'unknown' },
    );
  }

  /** Another program writes under the name of this node, so they do not see what each other does. */
  get isNameTaken(): boolean {
    return this.#isNameTaken || this.#isReplaced;
  }

  /** Of the nodes that live, this one has the lowest number: it does what one of them has to do for all. */
  get isFirst(): boolean {
    return this.#nodes.find(({ state }) => state === 'alive')?.isThis ?? true;
  }

  /** Says that this node lives, and looks at the others. Rejects when the database does. */
  async beat(): Promise<void> {
    await this.#clock.measure();
    this.#checkOwnClock();
    const rows = await this.#persistence.loadNodes();
    this.#checkName(rows);
    this.#ownBeatSeconds = this.#clock.nowSeconds();
    this.#checkPlace(await this.#persistence.heartbeat(this.#ownBeatSeconds));
    const nowMs = this.#clock.nowMs();
    const isFirst = this.#lastBeatMs === Number.NEGATIVE_INFINITY;
    if (!isFirst && nowMs - this.#lastBeatMs > SILENT_AFTER_MS / 2)
      this.#judgesFromMs = nowMs + SILENT_AFTER_MS;
    this.#lastBeatMs = nowMs;
    const before = new Map(this.#nodes.map((node) => [node.id, node.state]));
    this.#nodes = rows.map((row) => this.#statusOf(row, nowMs, before.get(row.id)));
    if (!isFirst) for (const node of this.#nodes) this.#tell(node, before.get(node.id));
  }

  /** Forgets a node that lives no more: it is listed nowhere then. Rejects when the database does. */
  async forget(name: string): Promise<Forgotten> {
    await this.beat();
    const node = this.#nodes.find((one) => one.name === name);
    if (node === undefined) return 'unknown';
    if (node.state === 'alive') return 'alive';
    await this.#persistence.removeNode(node.id);
    this.#nodes = this.#nodes.filter(({ id }) => id !== node.id);
    return 'forgotten';
  }

  /** Takes leave, so that nobody waits for the next heartbeat. */
  async leave(): Promise<void> {
    await this.#persistence.heartbeat(0);
  }

  #statusOf(row: NodeRow, nowMs: number, before: NodeState | undefined): NodeStatus {
    const isThis = row.id === this.#persistence.nodeId;
    return { ...row, isThis, state: isThis ? 'alive' : this.#stateOf(row, nowMs, before) };
  }

  #stateOf(row: NodeRow, nowMs: number, before: NodeState | undefined): NodeState {
    if (row.heartbeatAtSeconds === 0) return 'left';
    if (nowMs - row.heartbeatAtSeconds * 1_000 <= SILENT_AFTER_MS) return 'alive';
    return nowMs < this.#judgesFromMs ? (before ?? 'silent') : 'silent';
  }

  #tell(node: NodeStatus, before: NodeState | undefined): void {
    if (node.state === before || node.isThis) return;
    const { id, name } = node;
    if (node.state === 'silent') {
      const silentSeconds = this.#clock.nowSeconds() - node.heartbeatAtSeconds;
      this.#logger.warn(
        { node: name, nodeId: id, silentSeconds },
        'a node fell silent; its peers stay until they expire',
      );
    } else
      this.#logger.info({ node: name, nodeId: id }, node.state === 'alive' ? 'a node came' : 'a node left');
  }

  /** Somebody else who says that he is this node: a data folder was copied, or a name given twice. */
  #checkName(rows: readonly NodeRow[]): void {
    const own = rows.find(({ id }) => id === this.#persistence.nodeId);
    const isTaken = own !== undefined && own.heartbeatAtSeconds > this.#ownBeatSeconds;
    if (isTaken && !this.#isNameTaken)
      this.#logger.error(
        { node: own.name },
        'another server writes to the database under the name of this one, so neither sees what the other does: give one of them another --node-name',
      );
    this.#isNameTaken = isTaken;
  }

  /** Somebody deleted the row of this node, or the database is an old one that never had it. */
  #checkPlace(outcome: HeartbeatOutcome): void {
    if (outcome === 'put-back')
      this.#logger.warn('the database had lost this node; it is put back in its list of nodes');
    if (outcome === 'replaced' && !this.#isReplaced)
      this.#logger.error(
        'the database has lost this node and has another one under its name or number, so neither sees what the other does: start this one again',
      );
    this.#isReplaced = outcome === 'replaced';
  }

  #checkOwnClock(): void {
    const aheadMs = this.#clock.ownClockAheadMs;
    const isWrong = Math.abs(aheadMs) > WRONG_CLOCK_MS;
    if (isWrong && !this.#hasWarned)
      this.#logger.warn(
        { aheadSeconds: Math.round(aheadMs / 1_000) },
        'the clock of this machine differs from that of the database, which is used',
      );
    this.#hasWarned = isWrong;
  }
}
