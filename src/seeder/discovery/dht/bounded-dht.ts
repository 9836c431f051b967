import type Dht from 'bittorrent-dht';
import type { KrpcVisit } from 'bittorrent-dht';

/** Answers that one look at the DHT waits for; a usual one has all it wants after a hundred. */
const MAX_ANSWERS = 256;
/** From then on a look takes no more nodes in. */
const MAX_LOOK_MS = 60_000;
/** Peers that are taken out of the store for one answer: it fits into one packet. */
const MAX_ANSWERED_PEERS = 50;

/** What the bounds are kept with. */
export interface DhtBounds {
  readonly nowMs: () => number;
  /** The package failed where nobody waits for it: what it was about is lost, and no more. */
  readonly onInternalError: (error: unknown) => void;
}

/**
 * Puts bounds around the package that it does not have itself:
 * - a look ends, although strangers name nodes that are ever closer;
 * - a question for peers costs the same however many there are;
 * - what its timers and ticks throw ends here, for nobody stands below them.
 */
export function boundDht(dht: Dht, { nowMs, onInternalError }: DhtBounds): void {
  const { _peers: stored, _rpc: rpc } = dht;
  const get = stored.get.bind(stored);
  stored.get = (infoHash, max = MAX_ANSWERED_PEERS) => get(infoHash, Math.min(max, MAX_ANSWERED_PEERS));

  const closest = rpc._closest.bind(rpc);
  rpc._closest = (target, message, isBackground, visit, done) =>
    closest(target, message, isBackground, boundedVisit(visit ?? undefined, nowMs), done);

  const { socket } = rpc;
  socket._cancel = contained(socket._cancel.bind(socket), onInternalError); // a query was not answered in time
  dht._bootstrap = contained(dht._bootstrap.bind(dht), onInternalError);
  dht._pingAll = contained(dht._pingAll.bind(dht), onInternalError);
  dht._rotateSecrets = contained(dht._rotateSecrets.bind(dht), onInternalError);
}

function boundedVisit(visit: KrpcVisit | undefined, nowMs: () => number): KrpcVisit {
  const endMs = nowMs() + MAX_LOOK_MS;
  let answers = 0;
  return (message, node) => {
    const goesOn = visit?.(message, node);
    return ++answers >= MAX_ANSWERS || nowMs() >= endMs ? false : goesOn;
  };
}

/** A method that tells what the one that it takes the place of throws. */
function contained<Args extends readonly unknown[]>(
  method: (...args: Args) => void,
  onError: (error: unknown) => void,
): (...args: Args) => void {
  return (...args) => {
    try {
      method(...args);
    } catch (error) {
      onError(error);
    }
  };
}
