import { isIP } from 'node:net';
import { familyOf, formatAddress, isPrivateAddress } from '../../../bittorrent/endpoint.ts';
import { isAnswered, type TrackerEvidence } from '../evidence.ts';
import { type Check, note, ok, wrong } from '../finding.ts';

/** The host name of the URL and its addresses. */
export const NAME_CHECKS: readonly Check<TrackerEvidence>[] = [
  ({ host, addresses }) => {
    if (isIP(host) !== 0) return undefined;
    return isAnswered(addresses)
      ? ok('name.resolves', `${host} is ${addresses.answer.map(formatAddress).join(', ')}`)
      : wrong(
          'name.resolves',
          `${host}: ${addresses.error.message}`,
          'add an A record, and an AAAA record for IPv6, to the name, or mend the URL',
        );
  },

  ({ host, addresses }) => {
    if (!isAnswered(addresses) || isIP(host) !== 0) return undefined;
    const families = new Set(addresses.answer.map(familyOf));
    if (families.size === 2) return ok('name.families', 'the name has IPv4 and IPv6 addresses');
    return families.has(4)
      ? note(
          'name.families',
          'the name has IPv4 addresses only',
          'add an AAAA record: clients with IPv6 find each other without NAT',
        )
      : wrong(
          'name.families',
          'the name has IPv6 addresses only, so clients with IPv4 alone are shut out',
          'add an A record',
        );
  },

  ({ addresses }) => {
    const [address] = isAnswered(addresses) ? addresses.answer.filter(isPrivateAddress) : [];
    if (address === undefined) return undefined;
    return note(
      'name.private',
      `${formatAddress(address)} means nothing to strangers`,
      'write a public name or address into the announce URL, unless it is for this network alone (seedbed: --public-url)',
    );
  },
];
