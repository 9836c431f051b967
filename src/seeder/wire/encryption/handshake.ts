import type { PayloadMethod } from './encryption.ts';
import type { Rc4 } from './rc4.ts';

/** Takes what one side of an encrypted handshake finds. */
export interface HandshakeSink<Fault> {
  /** Bytes for the peer, to be sent as they are. */
  onAnswer(bytes: Buffer): void;
  /** Both sides agree; what is sent from now on goes through the cipher, if there is one. */
  onAgreed(method: PayloadMethod, outgoing: Rc4 | undefined): void;
  /** Bytes of the stream inside, decrypted in place. */
  onPayload(bytes: Buffer): void;
  onFault(fault: Fault): void;
}
