import { formatBytes } from '../../../web/format.ts';
import { isAnswered, type TrackerEvidence } from '../evidence.ts';
import { type Check, note, ok, wrong } from '../finding.ts';

/** A clock that is off by more is told: certificates and logs suffer first. */
const CLOCK_SECONDS = 60;

/** What belongs to HTTP alone. */
export const HTTP_CHECKS: readonly Check<TrackerEvidence>[] = [
  ({ http }) => {
    const announce = http?.announce;
    if (announce === undefined || announce['failure reason'] !== undefined) return undefined;
    const { peers, peers6 } = announce;
    if (peers === undefined && peers6 === undefined)
      return wrong(
        'http.peers',
        'the answer has no "peers", not even empty ones: some clients and public lists take that for an error',
        'let the tracker always send "peers"',
      );
    if (Array.isArray(peers))
      return wrong(
        'http.compact',
        'it sends peers as dictionaries although compact=1 asks for six bytes a peer (BEP 23)',
        'turn compact answers on: they are a tenth of the size',
      );
    return ok('http.compact', 'peers come in compact form');
  },

  ({ http, ways }) => {
    if (http === undefined || !isAnswered(ways.find(({ protocol }) => protocol.startsWith('http'))?.first))
      return undefined;
    return http.isOtherPathAnswered
      ? note(
          'http.path',
          'it also answers at a path with one letter more (/announcex)',
          'let the server or proxy match the path exactly: what else it hides behind prefixes is open as well',
        )
      : ok('http.path', 'other paths are not taken for the announce URL');
  },

  ({ http }) => {
    if (http === undefined) return undefined;
    const { scrape } = http;
    if (!isAnswered(scrape))
      return note(
        'http.scrape',
        `scrape: ${scrape.error.message}`,
        'answer scrapes too (BEP 48), at the announce URL with "scrape" for "announce": clients show counts by them',
      );
    return 'failure' in scrape.answer
      ? note(
          'http.scrape',
          `it refuses a scrape: ${scrape.answer.failure}`,
          'nothing, when that is meant; clients then show no counts before they join',
        )
      : ok('http.scrape', 'it answers scrapes');
  },

  ({ http }) =>
    http?.fullScrapeBytes === undefined
      ? undefined
      : note(
          'http.full-scrape',
          `a scrape without info-hashes is answered with all its torrents (${formatBytes(http.fullScrapeBytes)} or more)`,
          'turn that off unless it is meant: it lists every torrent, and a hundred bytes fetch megabytes (seedbed: without --full-scrape)',
        ),

  ({ http }) => {
    const offset = http?.clockOffsetSeconds;
    return offset === undefined || Math.abs(offset) <= CLOCK_SECONDS
      ? undefined
      : note(
          'http.clock',
          `its clock and ours differ by ${Math.abs(offset)} seconds`,
          'let both machines set their clocks by NTP',
        );
  },
];
