import type { RemoteInfo } from 'node:dgram';
import { type Address, type AddressFamily, familyOf } from '../../bittorrent/endpoint.ts';
import { udpActionOf } from '../../bittorrent/udp-request.ts';
import { UDP_ANNOUNCE, UDP_CONNECT, UDP_SCRAPE } from '../../bittorrent/udp-tracker.ts';
import type { AnnounceContext } from '../announce-context.ts';
import { socketAddress } from '../front-end/socket-address.ts';
import type { UdpCounters } from './limits.ts';

/** Where we are reached by a client at `source`; undefined when that is not known. */
export type LocalAddressFor = (source: Address) => Address | undefined;

/** The sender of a packet. Node does not tell where it arrived, so that is worked out when it is asked for. */
export class UdpSender implements AnnounceContext {
  readonly source: Address;
  /** IPv4 for a packet that came over IPv4, also through a socket that takes both. */
  readonly family: AddressFamily;
  /** BEP 15: a reply has peers of the packet's family only. */
  readonly isOneFamily = true;
  readonly protocol = 'udp';
  /** What the announce's URL says (BEP 41), once it is parsed. */
  passkey: string | undefined = undefined;
  readonly #localAddressFor: LocalAddressFor;

  constructor(source: Address, localAddressFor: LocalAddressFor) {
    this.source = source;
    this.family = familyOf(source);
    this.#localAddressFor = localAddressFor;
  }

  get localAddress(): Address | undefined {
    return this.#localAddressFor(this.source);
  }
}

/** The sender of a packet, undefined when it cannot be answered: port 0 is nobody's. */
export function senderOf(remote: RemoteInfo, localAddressFor: LocalAddressFor): UdpSender | undefined {
  const source = remote.port === 0 ? undefined : socketAddress(remote.address);
  return source === undefined ? undefined : new UdpSender(source, localAddressFor);
}

/** The action of a packet that may be a request; undefined, and counted, for any other. */
export function actionOf(packet: Buffer, maxBytes: number, counters: UdpCounters): number | undefined {
  if (packet.length > maxBytes) {
    counters.droppedOversized++;
    return undefined;
  }
  const action = udpActionOf(packet);
  if (action === UDP_CONNECT || action === UDP_ANNOUNCE || action === UDP_SCRAPE) return action;
  if (action < 0) counters.droppedMalformed++;
  else counters.droppedUnknownAction++;
  return undefined;
}
