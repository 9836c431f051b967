import { integerSetting, listSetting, type Setting, textSetting } from '../setting.ts';
import { checkCidr } from './checks.ts';

/** How connections come in: encrypted, or through others. */
export const TRANSPORT_SETTINGS = {
  tlsCert: textSetting<string | undefined>({
    flag: 'tls-cert',
    argument: 'FILE',
    help: 'certificate and chain (PEM) for HTTPS; read again when it changes',
    defaultValue: undefined,
    defaultText: 'no HTTPS',
  }),
  tlsKey: textSetting<string | undefined>({
    flag: 'tls-key',
    argument: 'FILE',
    help: 'private key (PEM, not encrypted) of the certificate',
    defaultValue: undefined,
    defaultText: 'no HTTPS',
  }),
  httpsPort: integerSetting({
    flag: 'https-port',
    argument: 'PORT',
    help: 'port of the tracker and the web page over HTTPS (TCP), when there is a certificate; 0 takes a free one',
    defaultValue: 6970,
    min: 0,
    max: 65535,
  }),
  trustedProxies: listSetting({
    flag: 'trusted-proxies',
    argument: 'CIDR,...',
    help: 'networks of reverse proxies whose X-Forwarded-For counts',
    check: checkCidr,
  }),
  proxyProtocol: listSetting({
    flag: 'proxy-protocol',
    argument: 'CIDR,...',
    help: 'networks of balancers whose connections begin with a PROXY header (version 1 or 2)',
    check: checkCidr,
  }),
} satisfies Record<string, Setting<unknown>>;
