import type { KeyExchange } from './key-exchange.ts';

/**
 * Which connections are taken and made: `allow` plain and encrypted ones, `require` only those whose every byte is encrypted, `off`
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

/** What we offer where we connect: RC4, and plain payload too unless every byte is to be encrypted. */
export function providedMethods(mode: EncryptionMode): number {
  return mode === 'require' ? CRYPTO_RC4 : CRYPTO_PLAIN | CRYPTO_RC4;
}

/** The method that a peer chose of those; undefined when it is none that we offered, or not one alone. */
export function selectedMethod(mode: EncryptionMode, selected: number): PayloadMethod | undefined {
  if ((selected & providedMethods(mode)) !== selected) return undefined;
  if (selected === CRYPTO_RC4) return 'rc4';
  return selected === CRYPTO_PLAIN ? 'plain' : undefined;
}
