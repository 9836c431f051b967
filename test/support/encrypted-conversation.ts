import { skeyHash } from '../../src/seeder/wire/encryption/derived-keys.ts';
import type { EncryptionMode, PayloadMethod } from '../../src/seeder/wire/encryption/encryption.ts';
import { KeyExchange } from '../../src/seeder/wire/encryption/key-exchange.ts';
import type { Rc4 } from '../../src/seeder/wire/encryption/rc4.ts';
import { Responder, type ResponderFault } from '../../src/seeder/wire/encryption/responder.ts';
import { Initiator, type InitiatorOptions } from './encrypting-initiator.ts';

/** Cuts a message into the portions in which it arrives. */
export type Cut = (bytes: Buffer) => Buffer[];

/** The info-hash of the one torrent that the responder has. */
export const knownInfoHash = Buffer.alloc(20, 0xaa);

const keyExchange = new KeyExchange();

/** A responder with an initiator before it, joined in memory. */
export class EncryptedConversation {
  readonly initiator: Initiator;
  readonly #responder: Responder;
  readonly #cut: Cut;
  readonly #heard: Buffer[] = [];
  #cipher: Rc4 | undefined;
  method: PayloadMethod | undefined;
  readonly faults: ResponderFault[] = [];
  /** Bytes that the responder sent in answer. */
  answeredBytes = 0;
  #toInitiator: Buffer[] = [];

  constructor(
    options: Partial<InitiatorOptions> = {},
    { mode = 'allow', cut = (bytes) => [bytes] }: { mode?: EncryptionMode; cut?: Cut } = {},
  ) {
    this.initiator = new Initiator({ infoHash: knownInfoHash, ...options });
    this.#cut = cut;
    const known = skeyHash(knownInfoHash);
    const infoHashFor = (hash: Uint8Array): Uint8Array | undefined =>
      Buffer.compare(hash, known) === 0 ? knownInfoHash : undefined;
    this.#responder = new Responder(
      { mode, keyExchange, infoHashFor, onAgreed: () => {} },
      {
        onAnswer: (bytes) => {
          this.answeredBytes += bytes.length;
          this.#toInitiator.push(bytes);
        },
        onAgreed: (method, outgoing) => {
          this.method = method;
          this.#cipher = outgoing;
        },
        onPayload: (bytes) => this.#heard.push(Buffer.from(bytes)),
        onFault: (fault) => this.faults.push(fault),
      },
    );
  }

  /** Shakes hands; what came of it is in `method` and `faults`. */
  shakeHands(): this {
    this.deliver(this.initiator.hello());
    for (let next = this.#toInitiator.shift(); next !== undefined; next = this.#toInitiator.shift())
      for (const part of this.#cut(next)) this.deliver(this.initiator.push(part).answer);
    return this;
  }

  /** Gives bytes to the responder as they are. */
  deliver(bytes: Uint8Array): void {
    for (const part of this.#cut(Buffer.from(bytes))) this.#responder.push(part);
  }

  /** Sends payload to the responder. */
  say(bytes: Uint8Array): void {
    this.deliver(this.initiator.wrap(bytes));
  }

  /** What the initiator makes of payload that the responder's side sends. */
  hear(bytes: Uint8Array): Buffer {
    const copy = Buffer.from(bytes);
    this.#cipher?.apply(copy);
    return this.initiator.push(copy).payload;
  }

  /** The payload that the responder found, the initial one first. */
  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }
}
