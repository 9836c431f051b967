/** The part of the untyped package that the wire builds upon. */
declare module 'bittorrent-protocol' {
  import type { EventEmitter } from 'node:events';

  /** What a peer's handshake says it supports. */
  export interface PeerExtensions {
    readonly dht?: boolean;
    readonly fast?: boolean;
    readonly extended?: boolean;
  }

  /** An extension of BEP 10 as `use` takes it; its prototype carries `name`. */
  export interface WireExtension {
    onHandshake?(infoHash: string, peerId: string, extensions: PeerExtensions): void;
    onExtendedHandshake?(handshake: unknown): void;
    onMessage?(payload: Uint8Array): void;
  }

  export default class Wire extends EventEmitter {
    constructor(type?: string, peEnabled?: number);

    peerIdBuffer: Uint8Array | null;
    amChoking: boolean;
    amInterested: boolean;
    peerChoking: boolean;
    peerInterested: boolean;
    peerExtensions: PeerExtensions;
    hasFast: boolean;
    readonly extendedMapping: Record<number, string>;
    readonly peerExtendedMapping: Record<string, number>;
    _finished: boolean;
    _extendedHandshakeSent: boolean;
    _handshakeSent: boolean;

    use(extension: { new (wire: Wire): WireExtension; prototype: { name: string } }): void;
    keepAlive(): void;
    port(port: number): void;
    handshake(infoHash: Uint8Array, peerId: Uint8Array, extensions?: PeerExtensions): void;
    choke(): void;
    unchoke(): void;
    bitfield(bitfield: Uint8Array): void;
    haveAll(): void;
    haveNone(): void;
    interested(): void;
    uninterested(): void;
    have(index: number): void;
    reject(index: number, offset: number, length: number): void;
    allowedFast(index: number): void;
    extended(extension: number | string, payload: Uint8Array): void;
    destroy(): void;
    end(): void;

    _debug(...args: unknown[]): void;
    _push(data: Uint8Array): void;
    _message(id: number, numbers: readonly number[], data: Uint8Array | null): void;
    _sendExtendedHandshake(): void;
    _onHandshakeBuffer(bytes: Uint8Array): void;
    _onHandshake(infoHash: Uint8Array, peerId: Uint8Array, extensions: PeerExtensions): void;
    _onMessage(message: Uint8Array): void;
    _onChoke(): void;
    _onUnchoke(): void;
    _onInterested(): void;
    _onUninterested(): void;
    _onHave(index: number): void;
    _onBitField(bits: Uint8Array): void;
    _onHaveAll(): void;
    _onRequest(index: number, offset: number, length: number): void;
    _onPiece(index: number, offset: number, block: Uint8Array): void;
    _onCancel(index: number, offset: number, length: number): void;
    _onReject(index: number, offset: number, length: number): void;
    _onPort(port: number): void;
    _onAllowedFast(index: number): void;
    _onSuggest(index: number): void;
    _onExtended(id: number, payload: Uint8Array): void;
  }
}
