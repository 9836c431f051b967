import { initiatorKey, maskedSkeyHash, responderKey, skeyHash, syncMark } from './derived-keys.ts';
import { type EncryptionMode, type PayloadMethod, providedMethods, selectedMethod } from './encryption.ts';
import type { HandshakeSink } from './handshake.ts';
import { KEY_LENGTH, type KeyExchange, type OwnKey } from './key-exchange.ts';
import { encodeOffer, MAX_PAD_LENGTH, OFFER_LENGTH, randomPadding, readOffer, VC_LENGTH } from './offer.ts';
import { PartReader } from './part-reader.ts';
import { Rc4 } from './rc4.ts';

/** Why a handshake failed. */
export type InitiatorFault = 'not-bittorrent' | 'no-common-encryption';

/** What an initiator begins with. */
export interface InitiatorOptions {
  readonly encryption: { readonly mode: EncryptionMode; readonly keyExchange: Pick<KeyExchange, 'begin'> };
  /** 20 bytes, known to both sides and never sent: SKEY. */
  readonly infoHash: Uint8Array;
  /** Sent along with the handshake, encrypted: IA. At most 65535 bytes. */
  readonly initialPayload: Uint8Array;
}

/** Takes what {@link Initiator} finds. */
export type InitiatorSink = HandshakeSink<InitiatorFault>;

type Step = 'key' | 'sync' | 'selection' | 'padding' | 'done' | 'failed';

/**
 * Protocol encryption (MSE/PE) on the side that connected. At most 519 bytes are kept: each part has its bound, and padding is
 * thrown away. Nothing but the handshake may be sent before both sides agree.
 */
export class Initiator {
  readonly #options: InitiatorOptions;
  readonly #sink: InitiatorSink;
  readonly #key: OwnKey;
  #step: Step = 'key';
  readonly #parts = new PartReader();
  #outgoing: Rc4 | undefined;
  #incoming: Rc4 | undefined;
  /** VC as the peer encrypts it: where it stands in the stream, the peer's padding ends. */
  #mark: Buffer = Buffer.alloc(0);
  #padLength = 0;
  #method: PayloadMethod | undefined;

  constructor(options: InitiatorOptions, sink: InitiatorSink) {
    this.#options = options;
    this.#sink = sink;
    this.#key = options.encryption.keyExchange.begin();
  }

  /** What is sent first: our key, and padding. */
  hello(): Buffer {
    return Buffer.concat([this.#key.publicKey, randomPadding()]);
  }

  /** Takes the next bytes of the peer, and may change them. After a fault nothing is read. */
  push(chunk: Buffer): void {
    if (this.#step === 'done') return this.#pass(chunk);
    this.#parts.push(
      chunk,
      (bytes) => this.#read(bytes),
      () => this.#isPaddingDue,
    );
  }

  /** The padding has no bytes, so that there is nothing to wait for. */
  get #isPaddingDue(): boolean {
    return this.#step === 'padding' && this.#padLength === 0;
  }

  /** Reads one part; returns what is behind it, undefined when all was used or kept. */
  #read(bytes: Buffer): Buffer | undefined {
    switch (this.#step) {
      case 'key':
        return this.#parts.take(bytes, KEY_LENGTH, this.#readKey);
      case 'sync':
        return this.#synchronize(bytes);
      case 'selection':
        return this.#parts.take(bytes, OFFER_LENGTH, this.#readSelection);
      case 'padding':
        return this.#parts.take(bytes, this.#padLength, this.#readPadding);
      case 'done':
        this.#pass(bytes);
        return undefined;
      case 'failed':
        return undefined;
    }
  }

  readonly #readKey = (peerKey: Buffer): void => {
    const secret = this.#key.secretWith(peerKey);
    if (secret === undefined) return this.#fail('not-bittorrent');
    const { infoHash, initialPayload, encryption } = this.#options;
    this.#outgoing = new Rc4(initiatorKey(secret, infoHash));
    this.#incoming = new Rc4(responderKey(secret, infoHash));
    // What comes encrypted is compared as it is: the cipher stands behind VC then, as it is to.
    this.#mark = Buffer.alloc(VC_LENGTH);
    this.#incoming.apply(this.#mark);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(initialPayload.length);
    const offer = encodeOffer(providedMethods(encryption.mode), randomPadding());
    const hidden = Buffer.concat([offer, length, initialPayload]);
    this.#outgoing.apply(hidden);
    this.#step = 'sync';
    this.#sink.onAnswer(
      Buffer.concat([syncMark(secret), maskedSkeyHash(skeyHash(infoHash), secret), hidden]),
    );
  };

  #synchronize(bytes: Buffer): Buffer | undefined {
    const at = bytes.subarray(0, MAX_PAD_LENGTH + VC_LENGTH).indexOf(this.#mark);
    if (at >= 0) {
      this.#step = 'selection';
      return bytes.subarray(at);
    }
    if (bytes.length < MAX_PAD_LENGTH + VC_LENGTH) return this.#parts.keep(bytes);
    this.#fail('not-bittorrent');
    return undefined;
  }

  readonly #readSelection = (selection: Buffer): void => {
    selection.fill(0, 0, VC_LENGTH); // it was found by that
    this.#incoming?.apply(selection.subarray(VC_LENGTH));
    const read = readOffer(selection);
    if (read === undefined) return this.#fail('not-bittorrent');
    this.#method = selectedMethod(this.#options.encryption.mode, read.methods);
    if (this.#method === undefined) return this.#fail('no-common-encryption');
    this.#padLength = read.padLength;
    this.#step = 'padding';
  };

  readonly #readPadding = (bytes: Buffer): void => {
    this.#incoming?.apply(bytes);
    this.#step = 'done';
    const method = this.#method as PayloadMethod; // set when the selection was read
    this.#sink.onAgreed(method, method === 'rc4' ? this.#outgoing : undefined);
  };

  #pass(bytes: Buffer): void {
    if (this.#method === 'rc4') this.#incoming?.apply(bytes);
    this.#sink.onPayload(bytes);
  }

  #fail(fault: InitiatorFault): void {
    this.#step = 'failed';
    this.#sink.onFault(fault);
  }
}
