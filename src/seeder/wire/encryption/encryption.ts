import type { KeyExchange } from './key-exchange.ts';

/**
 * Which connections are taken: `allow` plain and encrypted ones, `require` only those whose every byte is encrypted, `off`
 * plain ones only.
 */
export type EncryptionMode = 'allow' | 'require' | 'off';

/** How the payload of a connection goes that began with an encrypted handshake. */
export type PayloadMethod = 'plain' | 'rc4';

/** What connections need of their node to speak protocol encryption. */
export interface Encryption {
  readonly mode: EncryptionMode;
  readonly keyExchange: KeyExchange;
  /** The info-hash of 20 bytes of one of our torrents by its `skeyHash`. */
  infoHashFor(skeyHash: Uint8Array): Uint8Array | undefined;
  /** An encrypted handshake was done. */
  onAgreed(method: PayloadMethod): void;
}

/** The bits of crypto_provide and crypto_select. */
export const CRYPTO_PLAIN = 1;
export const CRYPTO_RC4 = 2;

/**
 * The method for a peer that offers these bits: plain where that will do, since it costs nothing per byte; undefined when
 * there is none that both sides take.
 */
export function chosenMethod(mode: EncryptionMode, provided: number): PayloadMethod | undefined {
  if (mode === 'allow' && (provided & CRYPTO_PLAIN) !== 0) return 'plain';
  return (provided & CRYPTO_RC4) !== 0 ? 'rc4' : undefined;
}
