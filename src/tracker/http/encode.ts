/** Room that {@link writeAnswer} needs before the body, in bytes. */
export const MAX_HEAD_BYTES = 160;

/** What becomes of the connection after an answer. */
export type ConnectionFate = 'keep' | 'keep-http10' | 'close';

const START = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';
const CONNECTION: Readonly<Record<ConnectionFate, string>> = {
  keep: '', // the default of HTTP/1.1
  'keep-http10': 'Connection: keep-alive\r\n',
  close: 'Connection: close\r\n',
};

/** Heads made once, without the digits of the length: at 100 k answers a second, putting them together shows. */
const HEADS: Readonly<Record<ConnectionFate, Buffer>> = {
  keep: headFor('keep'),
  'keep-http10': headFor('keep-http10'),
  close: headFor('close'),
};

function headFor(fate: ConnectionFate): Buffer {
  return Buffer.from(`${START}${CONNECTION[fate]}Content-Length: `);
}

/** Bodies are mostly 100 to 999 bytes long; for others they are moved by a byte or two. */
const USUAL_DIGITS = 3;
const CRLF_CRLF = 4;

/**
 * Writes a whole HTTP answer into `out` from `at`: the body by `writeBody`, which gets where it begins and returns where it
 * ends, and the head before it. Returns where the answer ends. Trackers answer 200 whatever happens: refusals are in the body.
 */
export function writeAnswer(
  out: Buffer,
  at: number,
  fate: ConnectionFate,
  writeBody: (out: Buffer, at: number) => number,
): number {
  const head = HEADS[fate];
  const guess = at + head.length + USUAL_DIGITS + CRLF_CRLF;
  const bodyEnd = writeBody(out, guess);
  return finishAnswer(out, at, fate, guess, bodyEnd);
}

function finishAnswer(out: Buffer, at: number, fate: ConnectionFate, guess: number, bodyEnd: number): number {
  const head = HEADS[fate];
  const length = bodyEnd - guess;
  const digits = String(length);
  const bodyStart = at + head.length + digits.length + CRLF_CRLF;
  if (bodyStart !== guess) out.copyWithin(bodyStart, guess, bodyEnd);
  out.set(head, at);
  let end = at + head.length;
  for (let i = 0; i < digits.length; i++) out[end++] = digits.charCodeAt(i);
  out[end++] = 0x0d;
  out[end++] = 0x0a;
  out[end++] = 0x0d;
  out[end] = 0x0a;
  return bodyStart + length;
}

/** The head of an answer whose body is sent behind it. */
export function encodeHead(bodyLength: number, fate: ConnectionFate): Buffer {
  return Buffer.concat([HEADS[fate], Buffer.from(`${bodyLength}\r\n\r\n`)]);
}
