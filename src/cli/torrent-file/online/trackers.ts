import { randomBytes } from 'node:crypto';
import type { AnnounceRequest } from '../../../bittorrent/announce-request.ts';
import { ProtocolError } from '../../../bittorrent/errors.ts';
import type { Metainfo } from '../../../bittorrent/metainfo/metainfo.ts';
import { makePeerId } from '../../../bittorrent/peer-id.ts';
import type { LintFinding } from '../../../builder/lint/lint-torrent.ts';
import { openTracker } from '../../../seeder/tracker-client/open-tracker.ts';
import type { TrackerClient } from '../../../seeder/tracker-client/tracker-client.ts';
import {
  TrackerClientError,
  type TrackerClientErrorCode,
} from '../../../seeder/tracker-client/tracker-client-error.ts';
import { askAll, type OnlineOptions } from './ask-all.ts';

/** Why a tracker that may well be there gave no answer to a scrape: an announce shows whether it is. */
const NO_SCRAPE: ReadonlySet<TrackerClientErrorCode> = new Set([
  'ERR_NO_SCRAPE',
  'ERR_STATUS',
  'ERR_ANSWER',
  'ERR_REDIRECT',
  'ERR_TOO_LARGE',
]);

/** Asks each tracker of a torrent for its counts, or announces that we have stopped, which lists us nowhere. */
export async function lintTrackers(metainfo: Metainfo, options: OnlineOptions): Promise<LintFinding[]> {
  return askAll(metainfo.announceTiers.flat(), 'trackers.not-asked', async (url) => {
    try {
      const failure = await ask(openTracker(url, options), metainfo, options.signal);
      return failure === undefined ? undefined : refused(url, failure);
    } catch (error) {
      options.signal.throwIfAborted();
      return unreachable(url, error instanceof Error ? error.message : String(error));
    }
  });
}

/** What the tracker refuses with; undefined when it answers. */
async function ask(
  tracker: TrackerClient,
  { infoHash }: Metainfo,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { reply } = await tracker.scrape([infoHash], signal);
    if (!('failure' in reply)) return undefined;
  } catch (error) {
    const isThere =
      error instanceof ProtocolError || (error instanceof TrackerClientError && NO_SCRAPE.has(error.code));
    if (!isThere) throw error;
  }
  const { reply } = await tracker.announce(farewell(infoHash), signal);
  return 'failure' in reply ? reply.failure : undefined;
}

function farewell(infoHash: AnnounceRequest['infoHash']): AnnounceRequest {
  return {
    infoHash,
    peerId: makePeerId(randomBytes(12)),
    port: 6881,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'stopped',
    numWant: 0,
    key: randomBytes(4).readUInt32BE(),
    ip: undefined,
    compact: true,
    noPeerId: false,
  };
}

function refused(url: string, failure: string): LintFinding {
  return {
    code: 'trackers.refuses',
    severity: 'warning',
    what: `a tracker refuses the torrent: ${failure}`,
    how: 'register the torrent there, or take the tracker out: seedbed edit --remove-tracker URL',
    examples: [url],
    count: 1,
  };
}

function unreachable(url: string, why: string): LintFinding {
  return {
    code: 'trackers.unreachable',
    severity: 'warning',
    what: `a tracker cannot be asked: ${why}`,
    how: 'take it out, if that lasts: seedbed edit --remove-tracker URL; seedbed doctor URL looks closer',
    examples: [url],
    count: 1,
  };
}
