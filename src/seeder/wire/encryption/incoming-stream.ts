import type { CorkedSocket } from '../corked-socket.ts';
import { PROTOCOL_NAME } from '../handshake.ts';
import type { Encryption, PayloadMethod } from './encryption.ts';
import type { Rc4 } from './rc4.ts';
import { Responder, type ResponderFault, type ResponderSink } from './responder.ts';

/** How an incoming stream is made. */
export interface IncomingStreamOptions {
  readonly encryption: Encryption;
  /** The way back to the peer. */
  readonly out: CorkedSocket;
  /** Takes the bytes as BEP 3 has them. They are views of what came. */
  readonly onBytes: (bytes: Buffer) => void;
  readonly onFault: (fault: ResponderFault) => void;
}

/**
 * A connection that somebody made to us, with or without protocol encryption: which of them shows in its first bytes, for an
 * encrypted one begins with a random number.
 */
export class IncomingStream implements ResponderSink {
  readonly #options: IncomingStreamOptions;
  #isPlain: boolean;
  #responder: Responder | undefined;
  /** The beginning of the protocol's name, while no more has come. */
  #first: Buffer = Buffer.alloc(0);

  constructor(options: IncomingStreamOptions) {
    this.#options = options;
    this.#isPlain = options.encryption.mode === 'off';
  }

  /** Takes the next bytes from the socket, and may change them. */
  push(chunk: Buffer): void {
    if (this.#isPlain) this.#options.onBytes(chunk);
    else if (this.#responder !== undefined) this.#responder.push(chunk);
    else this.#decide(this.#first.length === 0 ? chunk : Buffer.concat([this.#first, chunk]));
  }

  onAnswer(bytes: Buffer): void {
    this.#options.out.write(bytes);
  }

  onAgreed(method: PayloadMethod, outgoing: Rc4 | undefined): void {
    if (outgoing !== undefined) this.#options.out.encryptWith(outgoing);
    this.#options.encryption.onAgreed(method);
  }

  onPayload(bytes: Buffer): void {
    this.#options.onBytes(bytes);
  }

  onFault(fault: ResponderFault): void {
    this.#options.onFault(fault);
  }

  #decide(bytes: Buffer): void {
    const known = Math.min(bytes.length, PROTOCOL_NAME.length);
    if (bytes.compare(PROTOCOL_NAME, 0, known, 0, known) !== 0) {
      this.#first = Buffer.alloc(0);
      this.#responder = new Responder(this.#options.encryption, this);
      this.#responder.push(bytes);
    } else if (known < PROTOCOL_NAME.length) this.#first = Buffer.from(bytes);
    else this.#takePlain(bytes);
  }

  #takePlain(bytes: Buffer): void {
    if (this.#options.encryption.mode === 'require') return this.#options.onFault('no-common-encryption');
    this.#isPlain = true;
    this.#first = Buffer.alloc(0);
    this.#options.onBytes(bytes);
  }
}
