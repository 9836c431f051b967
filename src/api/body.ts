import express, { type NextFunction, type Request, type Response } from 'express';
import { BadRequest } from './errors.ts';

/** Most bodies are a few hundred bytes. */
const MAX_BODY = '1mb';
/** Lists of thousands of peers or info-hashes. */
const MAX_LIST_BODY = '4mb';
/** A `.torrent` of 64 MiB in base64, and the record of a check of as many files as it can hold. */
const MAX_TORRENT_BODY = '192mb';
/** Values, members and levels of a body with a torrent: it has half a dozen, and those that we do not know are passed over. */
const MAX_TORRENT_VALUES = 1_000;

// Nothing is unpacked: a few kilobytes on the wire would become gigabytes here.
const parseSmall = express.json({ limit: MAX_BODY, inflate: false });
const parseList = express.json({ limit: MAX_LIST_BODY, inflate: false });
const parseTorrent = express.json({ limit: MAX_TORRENT_BODY, inflate: false, verify: checkTorrentBody });

/**
 * Reads the JSON body of a request of the control API, each route within its bound: what is larger gets 413, what is packed 415.
 * No client of ours packs what it sends.
 */
export function parseBody(request: Request, response: Response, next: NextFunction): void {
  const { method, path } = request;
  if (method === 'POST' && /^\/torrents\/?$/i.test(path)) parseTorrent(request, response, next);
  else if (method === 'POST' && /^\/(peers|access\/)/i.test(path)) parseList(request, response, next);
  else parseSmall(request, response, next);
}

/** Long texts are what such a body is made of. Many values would take far more memory than the bytes that they are written in. */
function checkTorrentBody(_request: unknown, _response: unknown, body: Buffer, encoding: string): void {
  if (encoding !== 'utf-8') throw new BadRequest('the body must be JSON in UTF-8');
  if (hasMoreValues(body, MAX_TORRENT_VALUES))
    throw new BadRequest(`the body has more than ${MAX_TORRENT_VALUES} values: see /api/v1/openapi.json`);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const LEFT_BRACKET = 0x5b;
const LEFT_BRACE = 0x7b;

/** Whether JSON in UTF-8 has more values than `most`, by its commas and opening brackets outside of texts. It may be malformed. */
export function hasMoreValues(json: Uint8Array, most: number): boolean {
  let values = 1;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfText(json, at);
    else if (byte === COMMA || byte === LEFT_BRACKET || byte === LEFT_BRACE) values++;
    if (values > most) return true;
  }
  return false;
}

/** Where the closing quote of the text that begins at `start` is, or the end when there is none. */
function endOfText(json: Uint8Array, start: number): number {
  for (let quote = json.indexOf(QUOTE, start + 1); quote !== -1; quote = json.indexOf(QUOTE, quote + 1)) {
    let before = quote - 1;
    while (json[before] === BACKSLASH && before > start) before--;
    if ((quote - before) % 2 === 1) return quote;
  }
  return json.length;
}
