import type { IncomingMessage } from 'node:http';
import { judgeFileAnswer, requirePieceAnswer } from './answer.ts';
import { BodyReader } from './body-reader.ts';
import type { Requester } from './requester.ts';
import type { FilePart, SourcePart } from './source-places.ts';
import { WebSourceError } from './web-source-error.ts';

/** Of a server that knows no ranges so many bytes are read in vain for a part of a file, no more. */
export const MAX_SKIPPED_BYTES = 64 * 1024 * 1024;

const ZEROS = Buffer.alloc(16 * 1024);
/** Of the body of a refusal. */
const MAX_REFUSAL_BYTES = 64;

/** Whoever reads a part. */
export interface PartSink {
  /** Bytes of the part, in order; a view is good until it returns. */
  take(bytes: Buffer): void;
  /** The head of an answer came. */
  onAnswer(): void;
  /** Bytes of a body came, wanted or not. */
  onRead(bytes: number): void;
  readonly signal: AbortSignal;
}

/** A whole file that is being sent, since its server knows no ranges, and has been read up to a place. */
interface Standing {
  readonly file: number;
  readonly reader: BodyReader;
}

/** Reads parts of a torrent from one source. */
export class PartReader {
  readonly #requester: Requester;
  #isRangeless = false;
  #standing: Standing | undefined;
  /** Somebody reads what stands. */
  #isStandingBusy = false;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** Its server sends whole files only: they can be read in their order, once at a time. */
  get isRangeless(): boolean {
    return this.#isRangeless;
  }

  /** The file that is being sent as a whole, and up to where it was read. */
  get standing(): { readonly file: number; readonly position: number } | undefined {
    if (this.#standing === undefined) return undefined;
    const { file, reader } = this.#standing;
    return { file, position: reader.position };
  }

  /**
   * Reads one part; resolves when all its bytes were taken.
   * @throws {WebSourceError}; {@link TrackerClientError} and the errors of connections; the signal's reason.
   */
  async read(part: SourcePart, sink: PartSink): Promise<void> {
    if (part.kind === 'zeros') return takeZeros(part.length, sink);
    if (part.kind === 'piece') return this.#readPiece(part, sink);
    const standing = this.#takeStanding(part);
    if (standing !== undefined) return this.#readOn(part, standing, sink);
    const response = await this.#ask(part, sink);
    try {
      if (judgeFileAnswer(headOf(response), part) === 'range')
        return await readAll(new BodyReader(response, part.start), part.start + part.length, sink);
    } catch (error) {
      response.destroy();
      throw error;
    }
    await this.#readWhole(response, part, sink);
  }

  /** Ends what is being sent. */
  close(): void {
    this.#standing?.reader.close();
    this.#standing = undefined;
  }

  /** A file that has moved, and is not where it went, is asked for where it was. */
  async #ask({ url, start, length }: FilePart, sink: PartSink): Promise<IncomingMessage> {
    const headers = { Range: `bytes=${start}-${start + length - 1}` };
    for (;;) {
      const response = await this.#requester.get(url, headers, sink.signal);
      sink.onAnswer();
      const isGood = response.statusCode === 206 || response.statusCode === 200;
      if (isGood || !this.#requester.forgetMoved(url)) return response;
      response.destroy();
    }
  }

  async #readPiece(part: Extract<SourcePart, { kind: 'piece' }>, sink: PartSink): Promise<void> {
    const response = await this.#requester.get(part.url, {}, sink.signal);
    sink.onAnswer();
    try {
      const body = response.statusCode === 503 ? await beginningOf(response) : '';
      requirePieceAnswer(headOf(response), part.length, body);
      await readAll(new BodyReader(response, 0), part.length, sink);
    } catch (error) {
      response.destroy();
      throw error;
    }
  }

  /** The server has sent all of the file. Where that was more than was asked for it knows no ranges. */
  async #readWhole(response: IncomingMessage, part: FilePart, sink: PartSink): Promise<void> {
    this.#isRangeless ||= part.start > 0 || part.length < part.fileLength;
    const reader = new BodyReader(response, 0);
    if (part.start > MAX_SKIPPED_BYTES || this.#isStandingBusy) {
      reader.close();
      throw new WebSourceError('ERR_NO_RANGES', 'it sends whole files only', { scope: 'again' });
    }
    await this.#readOn(part, { file: part.file, reader }, sink);
  }

  async #readOn(part: FilePart, standing: Standing, sink: PartSink): Promise<void> {
    const { reader } = standing;
    const { signal } = sink;
    const abort = (): void => reader.close();
    signal.addEventListener('abort', abort);
    this.close();
    this.#standing = standing;
    this.#isStandingBusy = true;
    try {
      await reader.readTo(part.start, (bytes) => sink.onRead(bytes.length));
      const end = part.start + part.length;
      if (end < part.fileLength) return await reader.readTo(end, countedBy(sink));
      this.#standing = undefined;
      await readAll(reader, end, sink);
    } catch (error) {
      this.#standing = undefined;
      reader.close();
      throw error;
    } finally {
      this.#isStandingBusy = false;
      signal.removeEventListener('abort', abort);
    }
  }

  #takeStanding({ file, start }: FilePart): Standing | undefined {
    const standing = this.#standing;
    if (standing?.file !== file || this.#isStandingBusy) return undefined;
    const gap = start - standing.reader.position;
    if (gap < 0 || gap > MAX_SKIPPED_BYTES) return undefined;
    this.#standing = undefined;
    return standing;
  }
}

function headOf({ statusCode = 0, headers }: IncomingMessage): Parameters<typeof judgeFileAnswer>[0] {
  return { status: statusCode, headers };
}

async function readAll(reader: BodyReader, end: number, sink: PartSink): Promise<void> {
  await reader.readTo(end, countedBy(sink));
  await reader.finish();
}

function countedBy(sink: PartSink): (bytes: Buffer) => void {
  return (bytes) => {
    sink.onRead(bytes.length);
    sink.take(bytes);
  };
}

function takeZeros(length: number, sink: PartSink): void {
  for (let left = length; left > 0; left -= ZEROS.length) sink.take(ZEROS.subarray(0, left));
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const bytes of response) {
    text += (bytes as Buffer).toString('latin1');
    if (text.length > MAX_REFUSAL_BYTES) break;
  }
  return text;
}
