import { STOP_RULES, type TransferRecord } from './transfer-totals.ts';

/** A record's text is far shorter; longer ones are not read. */
const MAX_TEXT = 1024;
/** No date is later. */
const LAST_SECOND = 8_640_000_000_000;

/** The record as JSON. */
export function encodeTransfers(record: TransferRecord): string {
  const { rulesFrom, stoppedBy, wastedBytes, lastUploadAtSeconds, lastDownloadAtSeconds, ...numbers } =
    record;
  const hasBegunAnew = rulesFrom.uploadedBytes > 0 || rulesFrom.seedingSeconds > 0;
  return JSON.stringify({
    ...numbers,
    ...(wastedBytes > 0 && { wastedBytes }),
    ...(lastUploadAtSeconds !== null && { lastUploadAtSeconds }),
    ...(lastDownloadAtSeconds !== null && { lastDownloadAtSeconds }),
    ...(hasBegunAnew && { rulesFrom }),
    ...(stoppedBy !== null && { stoppedBy }),
  });
}

/** Reads a record; undefined when it is none: then the torrent begins with nothing. Never throws. */
export function decodeTransfers(text: string | null): TransferRecord | undefined {
  if (text === null || text.length > MAX_TEXT) return undefined;
  const value = objectFrom(text);
  const { uploadedBytes, downloadedBytes, seedingSeconds, activeSeconds, rulesFrom, stoppedBy, wastedBytes } =
    value;
  if (
    !isCount(uploadedBytes) ||
    !isCount(downloadedBytes) ||
    !isCount(seedingSeconds) ||
    !isCount(activeSeconds)
  )
    return undefined;
  const from = memberOf(rulesFrom);
  return {
    uploadedBytes,
    downloadedBytes,
    wastedBytes: isCount(wastedBytes) ? wastedBytes : 0,
    lastUploadAtSeconds: timeOrNull(value['lastUploadAtSeconds']),
    lastDownloadAtSeconds: timeOrNull(value['lastDownloadAtSeconds']),
    seedingSeconds,
    activeSeconds,
    rulesFrom: {
      uploadedBytes: boundedBy(from['uploadedBytes'], uploadedBytes),
      seedingSeconds: boundedBy(from['seedingSeconds'], seedingSeconds),
    },
    stoppedBy: STOP_RULES.find((rule) => rule === stoppedBy) ?? null,
  };
}

/** The record of a torrent that somebody starts again: no rule has stopped it, and the rules count from here. */
export function startedAnew(text: string | null): string | null {
  const record = decodeTransfers(text);
  if (record === undefined || record.stoppedBy === null) return text;
  const { uploadedBytes, seedingSeconds } = record;
  return encodeTransfers({ ...record, stoppedBy: null, rulesFrom: { uploadedBytes, seedingSeconds } });
}

function timeOrNull(value: unknown): number | null {
  return isCount(value) && value <= LAST_SECOND ? value : null;
}

function boundedBy(value: unknown, most: number): number {
  return isCount(value) ? Math.min(value, most) : 0;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function objectFrom(text: string): Readonly<Record<string, unknown>> {
  try {
    return memberOf(JSON.parse(text));
  } catch {
    return {}; // not JSON: no record
  }
}

function memberOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}; // checked by whoever reads it
}
