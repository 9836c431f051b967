import type { CorkedSocket } from '../corked-socket.ts';
import type { Encryption, PayloadMethod } from './encryption.ts';
import { Initiator, type InitiatorFault, type InitiatorSink } from './initiator.ts';
import type { Rc4 } from './rc4.ts';

/** What connections that we open need of their node to speak protocol encryption. */
export type OutgoingEncryption = Pick<Encryption, 'mode' | 'keyExchange' | 'onAgreed'>;

/** How an outgoing stream is made. */
export interface OutgoingStreamOptions {
  readonly encryption: OutgoingEncryption;
  /** The way to the peer. */
  readonly out: CorkedSocket;
  /** Of the torrent that the connection is about, 20 bytes. */
  readonly infoHash: Uint8Array;
  /** Our handshake (BEP 3), which goes along with the encrypted one. */
  readonly handshake: Uint8Array;
  /** Takes the bytes as BEP 3 has them. They are views of what came. */
  readonly onBytes: (bytes: Buffer) => void;
  readonly onFault: (fault: InitiatorFault) => void;
}

/** A connection that we opened, with protocol encryption; made, it has sent the beginning. */
export class OutgoingStream implements InitiatorSink {
  readonly #options: OutgoingStreamOptions;
  readonly #initiator: Initiator;

  constructor(options: OutgoingStreamOptions) {
    this.#options = options;
    const { encryption, infoHash, handshake, out } = options;
    this.#initiator = new Initiator({ encryption, infoHash, initialPayload: handshake }, this);
    out.write(this.#initiator.hello());
  }

  /** Takes the next bytes from the socket, and may change them. */
  push(chunk: Buffer): void {
    this.#initiator.push(chunk);
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

  onFault(fault: InitiatorFault): void {
    this.#options.onFault(fault);
  }
}
