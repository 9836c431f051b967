import { createDiffieHellman, randomBytes } from 'node:crypto';
import {
  initiatorKey,
  maskedSkeyHash,
  responderKey,
  skeyHash,
  syncMark,
} from '../../src/seeder/wire/encryption/derived-keys.ts';
import { Rc4 } from '../../src/seeder/wire/encryption/rc4.ts';

const PRIME =
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563';
const group = createDiffieHellman(PRIME, 'hex', 2);

/** What an initiator of protocol encryption sends; all but the info-hash may be left out. */
export interface InitiatorOptions {
  readonly infoHash: Uint8Array;
  /** crypto_provide: 1 plain, 2 RC4; both by default. */
  readonly provide?: number;
  readonly padA?: number;
  readonly padC?: number;
  /** What it claims of padC; the truth by default. */
  readonly claimedPadC?: number;
  /** The initial payload. */
  readonly initial?: Uint8Array;
  /** The verification constant; eight zeroes by default. */
  readonly vc?: Uint8Array;
  /** Hash the secret for marks without leading zeroes, and for keys with these behind, as rtorrent does. */
  readonly stripsSecret?: boolean;
}

/**
 * The side of protocol encryption that connects, step by step as a test wants it, and apart from the product's own: so it checks the
 * responder by itself. Bytes that come are given to `push`.
 */
export class Initiator {
  readonly #options: InitiatorOptions;
  readonly #keys = group;
  readonly #privateKey = randomBytes(20);
  #came: Buffer = Buffer.alloc(0);
  #incoming: Rc4 | undefined;
  #outgoing: Rc4 | undefined;
  #isAgreed = false;
  /** The encrypted zeroes that the other side's choice begins with. */
  #mark: Buffer | undefined;
  /** One connection of 256 has leading zeroes in its secret. */
  secretHasZeroes = false;
  /** What the other side chose; 0 before. */
  selected = 0;
  /** Bytes of padding that came before and behind that choice. */
  padB = 0;
  padD = 0;

  constructor(options: InitiatorOptions) {
    this.#options = options;
  }

  /** The first message: key and padding. */
  hello(): Buffer {
    this.#keys.setPrivateKey(this.#privateKey);
    return Buffer.concat([padTo96(this.#keys.generateKeys()), Buffer.alloc(this.#options.padA ?? 0, 0xa1)]);
  }

  /** Takes bytes; returns what is to be answered, and the payload among them. */
  push(chunk: Uint8Array): { readonly answer: Buffer; readonly payload: Buffer } {
    this.#came = Buffer.concat([this.#came, chunk]);
    const answer = this.#outgoing === undefined && this.#came.length >= 96 ? this.#answer() : Buffer.alloc(0);
    if (!this.#isAgreed && this.#incoming !== undefined) this.#readSelection();
    if (!this.#isAgreed) return { answer, payload: Buffer.alloc(0) };
    const payload = Buffer.from(this.#came);
    this.#came = Buffer.alloc(0);
    if (this.selected === 2) this.#incoming?.apply(payload);
    return { answer, payload };
  }

  /** Bytes of the payload stream as they are to be sent, once both sides agree. */
  wrap(bytes: Uint8Array): Buffer {
    const copy = Buffer.from(bytes);
    if (this.selected === 2) this.#outgoing?.apply(copy);
    return copy;
  }

  /** Whether `wrap` may be used. */
  get isAgreed(): boolean {
    return this.#isAgreed;
  }

  #answer(): Buffer {
    const { infoHash, provide = 3, padC = 0, claimedPadC = padC, initial = Buffer.alloc(0) } = this.#options;
    const { stripsSecret = false } = this.#options;
    this.#keys.setPrivateKey(this.#privateKey);
    const whole = padTo96(this.#keys.computeSecret(this.#came.subarray(0, 96)));
    this.secretHasZeroes = whole[0] === 0;
    const secret = stripsSecret ? whole.subarray(whole.findIndex((byte) => byte !== 0)) : whole;
    const keyed = Buffer.concat([secret, Buffer.alloc(96 - secret.length)]);
    this.#came = this.#came.subarray(96);
    this.#outgoing = new Rc4(initiatorKey(keyed, infoHash));
    this.#incoming = new Rc4(responderKey(keyed, infoHash));
    const offer = Buffer.alloc(6);
    offer.writeUInt32BE(provide);
    offer.writeUInt16BE(claimedPadC, 4);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(initial.length);
    const vc = this.#options.vc ?? Buffer.alloc(8);
    const hidden = Buffer.concat([vc, offer, Buffer.alloc(padC, 0xc1), length, initial]);
    this.#outgoing.apply(hidden);
    return Buffer.concat([syncMark(secret), maskedSkeyHash(skeyHash(infoHash), secret), hidden]);
  }

  /** Looks for the encrypted verification constant, behind which the choice and padD stand. */
  #readSelection(): void {
    const cipher = this.#incoming as Rc4;
    if (this.selected === 0) {
      this.#mark ??= encryptedZeroes(cipher);
      const at = this.#came.indexOf(this.#mark);
      if (at < 0 || this.#came.length < at + 14) return;
      const choice = Buffer.from(this.#came.subarray(at + 8, at + 14));
      cipher.apply(choice);
      this.padB = at;
      this.selected = choice.readUInt32BE(0);
      this.padD = choice.readUInt16BE(4);
      this.#came = this.#came.subarray(at + 14);
    }
    if (this.#came.length < this.padD) return;
    cipher.apply(Buffer.from(this.#came.subarray(0, this.padD)));
    this.#came = this.#came.subarray(this.padD);
    this.#isAgreed = true;
  }
}

function encryptedZeroes(cipher: Rc4): Buffer {
  const zeroes = Buffer.alloc(8);
  cipher.apply(zeroes);
  return zeroes;
}

function padTo96(number: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(96 - number.length), number]);
}
