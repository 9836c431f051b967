import { HASH_LENGTH, initiatorKey, maskedSkeyHash, responderKey, syncMark } from './derived-keys.ts';
import { CRYPTO_PLAIN, CRYPTO_RC4, chosenMethod, type Encryption, type PayloadMethod } from './encryption.ts';
import type { HandshakeSink } from './handshake.ts';
import { type HashedSecret, KEY_LENGTH, secretsOf } from './key-exchange.ts';
import { encodeOffer, MAX_PAD_LENGTH, OFFER_LENGTH, randomPadding, readOffer } from './offer.ts';
import { PartReader } from './part-reader.ts';
import { Rc4 } from './rc4.ts';

/** Why a handshake failed. */
export type ResponderFault = 'not-bittorrent' | 'unknown-info-hash' | 'no-common-encryption';

/** Takes what {@link Responder} finds. */
export type ResponderSink = HandshakeSink<ResponderFault>;

const NO_SECRET: HashedSecret = { forMarks: Buffer.alloc(0), forKeys: Buffer.alloc(0) };

type Step = 'key' | 'sync' | 'torrent' | 'offer' | 'padding' | 'initial-payload' | 'done' | 'failed';

/**
 * Protocol encryption (MSE/PE) on the side that was connected to. At most 532 bytes are kept: each part has its bound, padding
 * is thrown away, and the payload that comes with the handshake (IA) is passed on as it comes.
 */
export class Responder {
  readonly #encryption: Encryption;
  readonly #sink: ResponderSink;
  #step: Step = 'key';
  readonly #parts = new PartReader();
  #secret: HashedSecret = NO_SECRET;
  /** What the peer's padding may end with, and the secret that it then has. */
  #marks: readonly { readonly secret: HashedSecret; readonly mark: Buffer }[] = [];
  #incoming: Rc4 | undefined;
  #outgoing: Rc4 | undefined;
  #method: PayloadMethod | undefined;
  #padLength = 0;
  /** Bytes of the initial payload that have not come. */
  #initialLeft = 0;

  constructor(encryption: Encryption, sink: ResponderSink) {
    this.#encryption = encryption;
    this.#sink = sink;
  }

  /** Takes the next bytes of the peer, and may change them. After a fault nothing is read. */
  push(chunk: Buffer): void {
    if (this.#step === 'done') return this.#pass(chunk);
    this.#parts.push(chunk, (bytes) => this.#read(bytes));
  }

  /** Reads one part; returns what is behind it, undefined when all was used or kept. */
  #read(bytes: Buffer): Buffer | undefined {
    switch (this.#step) {
      case 'key':
        return this.#parts.take(bytes, KEY_LENGTH, this.#readKey);
      case 'sync':
        return this.#synchronize(bytes);
      case 'torrent':
        return this.#parts.take(bytes, HASH_LENGTH, this.#readTorrent);
      case 'offer':
        return this.#parts.take(bytes, OFFER_LENGTH, this.#readOffer);
      case 'padding':
        return this.#parts.take(bytes, this.#padLength + 2, this.#readPadding);
      case 'initial-payload':
        return this.#readInitialPayload(bytes);
      case 'done':
        this.#pass(bytes);
        return undefined;
      case 'failed':
        return undefined;
    }
  }

  readonly #readKey = (peerKey: Buffer): void => {
    const answer = this.#encryption.keyExchange.answer(peerKey);
    if (answer === undefined) return this.#fail('not-bittorrent');
    this.#marks = secretsOf(answer.secret).map((secret) => ({ secret, mark: syncMark(secret.forMarks) }));
    this.#step = 'sync';
    this.#sink.onAnswer(Buffer.concat([answer.publicKey, randomPadding()]));
  };

  #synchronize(bytes: Buffer): Buffer | undefined {
    const window = bytes.subarray(0, MAX_PAD_LENGTH + HASH_LENGTH);
    for (const { secret, mark } of this.#marks) {
      const at = window.indexOf(mark);
      if (at < 0) continue;
      this.#secret = secret;
      this.#step = 'torrent';
      return bytes.subarray(at + HASH_LENGTH);
    }
    if (bytes.length < MAX_PAD_LENGTH + HASH_LENGTH) return this.#parts.keep(bytes);
    this.#fail('not-bittorrent');
    return undefined;
  }

  readonly #readTorrent = (masked: Buffer): void => {
    const { forMarks, forKeys } = this.#secret;
    const infoHash = this.#encryption.infoHashFor(maskedSkeyHash(masked, forMarks));
    if (infoHash === undefined) return this.#fail('unknown-info-hash');
    this.#incoming = new Rc4(initiatorKey(forKeys, infoHash));
    this.#outgoing = new Rc4(responderKey(forKeys, infoHash));
    this.#step = 'offer';
  };

  readonly #readOffer = (offer: Buffer): void => {
    this.#incoming?.apply(offer);
    const read = readOffer(offer);
    if (read === undefined) return this.#fail('not-bittorrent');
    this.#padLength = read.padLength;
    this.#method = chosenMethod(this.#encryption.mode, read.methods);
    if (this.#method === undefined) return this.#fail('no-common-encryption');
    this.#step = 'padding';
  };

  readonly #readPadding = (bytes: Buffer): void => {
    this.#incoming?.apply(bytes);
    this.#initialLeft = bytes.readUInt16BE(this.#padLength);
    this.#step = this.#initialLeft > 0 ? 'initial-payload' : 'done';
    this.#agree(this.#method as PayloadMethod); // set when the offer was read
  };

  #agree(method: PayloadMethod): void {
    const answer = encodeOffer(method === 'plain' ? CRYPTO_PLAIN : CRYPTO_RC4, randomPadding());
    this.#outgoing?.apply(answer);
    this.#sink.onAnswer(answer);
    this.#sink.onAgreed(method, method === 'rc4' ? this.#outgoing : undefined);
  }

  /** It is always encrypted, whatever was chosen for what comes after it. */
  #readInitialPayload(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.#initialLeft);
    this.#initialLeft -= part.length;
    if (this.#initialLeft === 0) this.#step = 'done';
    this.#incoming?.apply(part);
    this.#sink.onPayload(part);
    return bytes.subarray(part.length);
  }

  #pass(bytes: Buffer): void {
    if (this.#method === 'rc4') this.#incoming?.apply(bytes);
    this.#sink.onPayload(bytes);
  }

  #fail(fault: ResponderFault): void {
    this.#step = 'failed';
    this.#sink.onFault(fault);
  }
}
