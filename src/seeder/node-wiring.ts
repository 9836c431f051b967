import { NO_STOP_RULES } from './goals/stop-rules.ts';
import { DEFAULT_SEEDER_LIMITS } from './limits.ts';
import type { NodeEvents } from './node-events.ts';
import type { CompleteOptions } from './node-options.ts';
import { NodeParts } from './node-parts.ts';
import { TorrentArrivals } from './torrent-arrivals.ts';
import { TorrentControl } from './torrent-control.ts';
import { TorrentFindings } from './torrent-findings.ts';
import { TorrentTransitions } from './torrent-transitions.ts';
import type { TorrentTable } from './torrents/torrent-table.ts';

/** What a node is wired from. */
export interface NodeWiringOptions {
  readonly options: CompleteOptions;
  readonly torrents: TorrentTable;
  readonly events: NodeEvents;
  /** The port on which peers are awaited; 0 before. */
  readonly port: () => number;
}

/** What moves torrents from state to state, and the parts that do the work. */
export interface NodeWiring {
  readonly transitions: TorrentTransitions;
  readonly control: TorrentControl;
  readonly arrivals: TorrentArrivals;
  readonly parts: NodeParts;
}

/** Makes the parts of a node and what moves its torrents: each needs the other, but not before it is done. */
export function wireNode({ options, torrents, events, port }: NodeWiringOptions): NodeWiring {
  const { clock, logger, counters } = options;
  const limits = Object.freeze({ ...DEFAULT_SEEDER_LIMITS, ...options.limits });
  const transitions = new TorrentTransitions({
    torrents,
    clock,
    logger,
    limits,
    stopRules: options.stopRules ?? NO_STOP_RULES,
    parts: () => parts,
    isListening: () => port() !== 0,
    events,
  });
  const findings = new TorrentFindings(transitions);
  const parts: NodeParts = new NodeParts({
    options,
    limits,
    clock,
    counters,
    torrents,
    events,
    port,
    ...findings.listeners(),
    onRemember: (torrent) => transitions.rememberNow(torrent),
    onScrubbed: (position) => events.emit('scrubbed', position),
    onBeat: (nowMs) => transitions.turns.tick(nowMs),
  });
  return {
    transitions,
    control: new TorrentControl(transitions),
    arrivals: new TorrentArrivals({ transitions, findings, options }),
    parts,
  };
}
