import { choiceSetting, listSetting, type Setting, switchSetting } from '../setting.ts';
import { checkAddressesOrFile, checkClientPrefix } from './checks.ts';

/** Access modes: see docs/access.md. */
const MODES = ['open', 'registered', 'allow', 'deny'] as const;

/** Who and what may be tracked. */
export const ACCESS_SETTINGS = {
  access: choiceSetting<(typeof MODES)[number] | undefined>({
    flag: 'access',
    argument: 'MODE',
    help: 'what is tracked: anything (open), what is published or registered here (registered), that and an allow list (allow), or all but a deny list (deny)',
    defaultValue: undefined,
    defaultText: 'as "seedbed access" left it, registered at first',
    choices: MODES,
  }),
  open: switchSetting({
    flag: 'open',
    help: 'short for --access open: track any info-hash',
  }),
  allowList: listSetting({
    flag: 'allow-list',
    argument: 'FILE,...',
    help: 'files of info-hashes that are tracked with --access allow, one a line; read again when they change',
  }),
  denyList: listSetting({
    flag: 'deny-list',
    argument: 'FILE,...',
    help: 'files of info-hashes that are not tracked, one a line; read again when they change',
  }),
  denyAddresses: listSetting({
    flag: 'deny-addresses',
    argument: 'CIDR|FILE,...',
    help: 'addresses that may not take part: networks, ranges, and files of them (CIDR, PeerGuardian or eMule lists, .gz too), read again when they change',
    check: checkAddressesOrFile,
  }),
  allowClients: listSetting({
    flag: 'allow-clients',
    argument: 'PREFIX,...',
    help: 'only clients whose peer ids begin so may take part, such as -qB; other bytes as %2C',
    check: checkClientPrefix,
  }),
  denyClients: listSetting({
    flag: 'deny-clients',
    argument: 'PREFIX,...',
    help: 'clients whose peer ids begin so may not take part, such as -XL; the longest prefix that fits counts',
    check: checkClientPrefix,
  }),
} satisfies Record<string, Setting<unknown>>;
