import { skeyHash } from '../../src/seeder/wire/encryption/derived-keys.ts';
import type { EncryptionMode, PayloadMethod } from '../../src/seeder/wire/encryption/encryption.ts';
import { Initiator, type InitiatorFault } from '../../src/seeder/wire/encryption/initiator.ts';
import { KeyExchange } from '../../src/seeder/wire/encryption/key-exchange.ts';
import type { Rc4 } from '../../src/seeder/wire/encryption/rc4.ts';
import { Responder, type ResponderFault } from '../../src/seeder/wire/encryption/responder.ts';
import { type Cut, knownInfoHash } from './encrypted-conversation.ts';

const keyExchange = new KeyExchange();

/** What a pair is made of; both modes are `allow` by default. */
export interface PairOptions {
  readonly mode?: EncryptionMode;
  readonly peerMode?: EncryptionMode;
  readonly infoHash?: Uint8Array;
  readonly initialPayload?: Uint8Array;
  readonly cut?: Cut;
  /** Changes what the responder sends, before it comes. */
  readonly spoil?: (bytes: Buffer) => Buffer;
}

/** Our initiator and our responder, joined in memory. */
export class EncryptedPair {
  readonly #initiator: Initiator;
  readonly #responder: Responder;
  readonly #cut: Cut;
  readonly #spoil: (bytes: Buffer) => Buffer;
  readonly #toInitiator: Buffer[] = [];
  readonly #toResponder: Buffer[] = [];
  readonly #heard: { initiator: Buffer[]; responder: Buffer[] } = { initiator: [], responder: [] };
  #ciphers: { initiator?: Rc4 | undefined; responder?: Rc4 | undefined } = {};
  /** How each side says that the payload goes. */
  readonly methods: { initiator?: PayloadMethod; responder?: PayloadMethod } = {};
  readonly faults: InitiatorFault[] = [];
  readonly peerFaults: ResponderFault[] = [];

  constructor(options: PairOptions = {}) {
    const { mode = 'allow', peerMode = 'allow', infoHash = knownInfoHash } = options;
    const { initialPayload = new Uint8Array(0), cut = (bytes: Buffer) => [bytes] } = options;
    this.#cut = cut;
    this.#spoil = options.spoil ?? ((bytes) => bytes);
    this.#initiator = new Initiator(
      { encryption: { mode, keyExchange }, infoHash, initialPayload },
      {
        onAnswer: (bytes) => this.#toResponder.push(bytes),
        onAgreed: (method, cipher) => {
          this.methods.initiator = method;
          this.#ciphers.initiator = cipher;
        },
        onPayload: (bytes) => this.#heard.initiator.push(Buffer.from(bytes)),
        onFault: (fault) => this.faults.push(fault),
      },
    );
    const known = skeyHash(knownInfoHash);
    this.#responder = new Responder(
      {
        mode: peerMode,
        keyExchange,
        infoHashFor: (hash) => (Buffer.compare(hash, known) === 0 ? knownInfoHash : undefined),
        onAgreed: () => {},
      },
      {
        onAnswer: (bytes) => this.#toInitiator.push(bytes),
        onAgreed: (method, cipher) => {
          this.methods.responder = method;
          this.#ciphers.responder = cipher;
        },
        onPayload: (bytes) => this.#heard.responder.push(Buffer.from(bytes)),
        onFault: (fault) => this.peerFaults.push(fault),
      },
    );
  }

  /** Shakes hands, as far as it goes. */
  shakeHands(): this {
    this.#toResponder.push(this.#initiator.hello());
    while (this.#toResponder.length > 0 || this.#toInitiator.length > 0) {
      for (const bytes of this.#toResponder.splice(0))
        for (const part of this.#cut(bytes)) this.#responder.push(Buffer.from(part));
      for (const bytes of this.#toInitiator.splice(0)) this.deliver(this.#spoil(bytes));
    }
    return this;
  }

  /** Gives bytes to the initiator as they are. */
  deliver(bytes: Buffer): void {
    for (const part of this.#cut(bytes)) this.#initiator.push(Buffer.from(part));
  }

  /** The initiator's side sends payload. */
  say(bytes: Uint8Array): void {
    const copy = Buffer.from(bytes);
    this.#ciphers.initiator?.apply(copy);
    for (const part of this.#cut(copy)) this.#responder.push(Buffer.from(part));
  }

  /** The responder's side sends payload. */
  answer(bytes: Uint8Array): void {
    const copy = Buffer.from(bytes);
    this.#ciphers.responder?.apply(copy);
    this.deliver(copy);
  }

  /** The payload that each side found. */
  get heard(): { readonly initiator: Buffer; readonly responder: Buffer } {
    return {
      initiator: Buffer.concat(this.#heard.initiator),
      responder: Buffer.concat(this.#heard.responder),
    };
  }
}
