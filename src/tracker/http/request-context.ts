import type { Address } from '../../bittorrent/endpoint.ts';
import type { AnnounceContext } from '../announce-context.ts';

/** The ends of a connection and what one of its requests says besides. The ends go on being looked up when they are asked for. */
export class RequestContext implements AnnounceContext {
  readonly protocol = 'http';
  readonly passkey: string | undefined;
  readonly #ends: AnnounceContext;

  constructor(ends: AnnounceContext, passkey: string | undefined) {
    this.#ends = ends;
    this.passkey = passkey;
  }

  get source(): Address {
    return this.#ends.source;
  }

  get localAddress(): Address | undefined {
    return this.#ends.localAddress;
  }
}
