import type { Metainfo, TorrentFile } from '../../../bittorrent/metainfo/metainfo.ts';
import { webSeedFileUrl } from '../../../bittorrent/web-seed-url.ts';
import type { LintFinding } from '../../../builder/lint/lint-torrent.ts';
import { withoutPasskey } from '../../../builder/lint/without-passkey.ts';
import { type HttpAnswer, httpGet } from '../../../seeder/tracker-client/http-get.ts';
import { TrackerClientError } from '../../../seeder/tracker-client/tracker-client-error.ts';
import { askAll, type OnlineOptions } from './ask-all.ts';

/** Enough for a byte, and for the page that tells of an error. */
const MAX_BYTES = 64 * 1024;

/** Asks each web seed over HTTP for the first byte of the first file that has one. */
export async function lintWebSeeds(
  { info, webSeeds }: Metainfo,
  options: OnlineOptions,
): Promise<LintFinding[]> {
  const file = info.files.find(({ isPadding, length }) => !isPadding && length > 0);
  if (file === undefined) return [];
  const asked = webSeeds.filter((url) => /^https?:/i.test(url)); // of FTP we speak nothing
  return askAll(asked, 'urls.not-asked', async (url) => {
    const place = webSeedFileUrl(url, info, file);
    try {
      const bounds = { ...options, maxBytes: MAX_BYTES, maxRedirects: 5 };
      return judge(place, file, await httpGet(place, { ...bounds, headers: { Range: 'bytes=0-0' } }));
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof TrackerClientError && error.code === 'ERR_TOO_LARGE') return noRanges(place);
      return unreachable(place, error instanceof Error ? error.message : String(error));
    }
  });
}

function judge(place: string, { length }: TorrentFile, answer: HttpAnswer): LintFinding | undefined {
  if (answer.status === 206) {
    const total = /^bytes 0-0\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
    return total === undefined || Number(total) === length
      ? undefined
      : otherLength(place, Number(total), length);
  }
  if (answer.status !== 200) return unreachable(place, `it answers with status ${answer.status}`);
  return length === 1 && answer.body.length === 1 ? undefined : noRanges(place);
}

function unreachable(place: string, why: string): LintFinding {
  return {
    code: 'urls.unreachable',
    severity: 'warning',
    what: `a web seed does not serve the file: ${why}`,
    how: 'put the file there, or take the URL out: seedbed edit --remove-web-seed URL',
    examples: [withoutPasskey(place)],
    count: 1,
  };
}

function otherLength(place: string, found: number, expected: number): LintFinding {
  return {
    code: 'urls.other-length',
    severity: 'error',
    what: `a web seed serves a file of ${found} bytes where the torrent has ${expected}: clients throw away what it sends`,
    how: 'put the very file there, or take the URL out: seedbed edit --remove-web-seed URL',
    examples: [withoutPasskey(place)],
    count: 1,
  };
}

function noRanges(place: string): LintFinding {
  return {
    code: 'urls.no-ranges',
    severity: 'warning',
    what: 'a web seed sends the whole file when it is asked for a part: clients cannot use it for pieces',
    how: 'turn ranges on at its server (RFC 9110, section 14)',
    examples: [withoutPasskey(place)],
    count: 1,
  };
}
