import { infoHashToHex } from '../../../bittorrent/info-hash.ts';
import type { SeederCounters } from '../../counters.ts';
import type { CompleteOptions } from '../../node-options.ts';
import type { SourceHost } from './torrent-sources.ts';

/** How the web seeds of all torrents of a node are asked, and what is told of them: never a URL, which may carry a password. */
export function nodeWebSources(
  { clientVersion, isOwnWebSeed = () => false, logger }: CompleteOptions,
  counters: SeederCounters,
): Pick<SourceHost, 'userAgent' | 'isOwn' | 'onLeft'> {
  return {
    userAgent: clientVersion.replace(' ', '/'),
    isOwn: isOwnWebSeed,
    onLeft: ({ infoHash }, { client, state, error }) => {
      const told = {
        infoHash: infoHashToHex(infoHash),
        webSeed: client,
        code: error?.code,
        reason: error?.message,
      };
      if (state === 'banned') {
        counters.webSourcesBanned++;
        logger.warn(
          { infoHash: told.infoHash, webSeed: client },
          'a web seed gave wrong data, and is asked no more',
        );
        return;
      }
      counters.webSourceFailures++;
      if (state === 'given-up') logger.info(told, 'a web seed failed too often, and is asked no more');
      else logger.debug(told, 'a web seed failed, and is asked again later');
    },
  };
}
