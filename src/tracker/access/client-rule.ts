import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { FailureReply } from '../../bittorrent/announce-response.ts';
import { PEER_ID_LENGTH } from '../../bittorrent/peer-id.ts';
import type { AnnounceRule } from '../announce-rule.ts';

/** People change their client within a day at best. */
const RETRY_SECONDS = 3_600;

/** A node of the tree of prefixes: the bytes that may follow, and what a prefix that ends here says. */
class PrefixNode {
  readonly next = new Map<number, PrefixNode>();
  isAllowed: boolean | undefined;
}

/** Prefixes of peer ids. */
export interface ClientPrefixes {
  /** With any of these, only clients with one of them take part. */
  readonly allow: readonly Uint8Array[];
  readonly deny: readonly Uint8Array[];
}

/**
 * The clients that may take part, by the beginning of their peer ids (BEP 20). The longest prefix that fits counts; one that is allowed
 * and denied is denied. A client that no prefix fits takes part unless some are allowed by name.
 */
export class ClientRule implements AnnounceRule {
  readonly counter = 'refusedByClient';
  readonly #refusal: FailureReply = Object.freeze({
    reason: 'your client is not allowed here',
    retryInSeconds: RETRY_SECONDS,
    intervalSeconds: RETRY_SECONDS,
  });
  #root: PrefixNode | undefined;

  /** Replaces the prefixes. */
  set({ allow, deny }: ClientPrefixes): void {
    const root = new PrefixNode();
    root.isAllowed = allow.length === 0;
    for (const prefix of allow) nodeOf(root, prefix).isAllowed = true;
    for (const prefix of deny) nodeOf(root, prefix).isAllowed = false;
    this.#root = allow.length + deny.length === 0 ? undefined : root;
  }

  /** Whether a client may take part. */
  allows(peerId: Uint8Array): boolean {
    let node = this.#root;
    let isAllowed = node?.isAllowed ?? true;
    for (let i = 0; node !== undefined && i < PEER_ID_LENGTH; i++) {
      node = node.next.get(peerId[i] as number); // 20 bytes by its type
      isAllowed = node?.isAllowed ?? isAllowed;
    }
    return isAllowed;
  }

  refusalOf({ peerId }: AnnounceRequest): FailureReply | undefined {
    return this.#root === undefined || this.allows(peerId) ? undefined : this.#refusal;
  }
}

function nodeOf(root: PrefixNode, prefix: Uint8Array): PrefixNode {
  let node = root;
  for (const byte of prefix) {
    const next = node.next.get(byte) ?? new PrefixNode();
    node.next.set(byte, next);
    node = next;
  }
  return node;
}
