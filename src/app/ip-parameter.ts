import { type Address, isPrivateAddress } from '../bittorrent/endpoint.ts';
import { TrustedProxies } from '../tracker/front-end/trusted-proxies.ts';

/** Whose `ip` parameter counts, from the values of `--trust-ip-parameter`: `none`, `private`, networks. */
export function ipParameterTrust(values: readonly string[]): (source: Address) => boolean {
  const isPrivateTrusted = values.includes('private');
  const networks = new TrustedProxies(values.filter((value) => value !== 'private' && value !== 'none'));
  return (source) => (isPrivateTrusted && isPrivateAddress(source)) || networks.isTrusted(source);
}
