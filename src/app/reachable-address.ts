import { defaultRouteAddress } from '../api/default-address.ts';
import type { Config } from '../config/settings.ts';

/** Where others reach us by default: the address that we are bound to, when it is one; else that of the default route. */
export function reachableAddress({ host }: Config): string {
  return isEveryAddress(host) ? defaultRouteAddress() : host;
}

/** Whether we listen on every address of a family, or of both. */
export function isEveryAddress(host: string): boolean {
  return host === '::' || host === '0.0.0.0';
}
