import { connect } from 'node:net';

/** One call of rtorrent's XML-RPC through SCGI on a Unix socket; parameters are texts. Throws what rtorrent says is wrong. */
export async function callRtorrent(
  socketPath: string,
  method: string,
  params: readonly string[] = [],
): Promise<string> {
  const texts = params.map((param) => `<param><value><string>${escaped(param)}</string></value></param>`);
  const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${texts.join('')}</params></methodCall>`;
  const headers = `CONTENT_LENGTH\0${Buffer.byteLength(body)}\0SCGI\u00001\0`;
  const answer = await exchange(socketPath, `${headers.length}:${headers},${body}`);
  const fault = /<name>faultString<\/name>\s*<value><string>([^<]*)/.exec(answer);
  if (fault !== null) throw new Error(`rtorrent ${method}: ${fault[1]}`);
  return answer;
}

/** The plain values of an answer, in their order. */
export function valuesOf(answer: string): string[] {
  return [...answer.matchAll(/<(string|i4|i8)>([^<]*)<\/\1>/g)].map((match) => match[2] ?? '');
}

function exchange(socketPath: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect(socketPath, () => socket.write(request));
    socket.setTimeout(5_000, () => socket.destroy(new Error('rtorrent does not answer')));
    socket.on('data', (bytes: Buffer) => parts.push(bytes));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(parts).toString()));
  });
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
