// The load generator for machines without a C compiler: same arguments and output as http-load.c, one request open a connection.
// It saturates long before a fast server does; the report says so.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

const [
  address = '',
  port = '',
  mode = '',
  connections = '',
  seconds = '',
  hashFile = '',
  peers = '',
  kind = '',
  path,
] = process.argv.slice(2);
const keep = mode === 'keep';
const hashes = readFileSync(hashFile, 'utf8').trim().split('\n');
const requests = hashes.flatMap((hash) =>
  Array.from({ length: Number(peers) }, (_v, peer) => requestFor(hash, peer)),
);
const totals = { answers: 0, errors: 0, answerBytes: 0, firstError: '' };
const latencies: number[] = [];
let sent = 0;
let began = 0;
let cpuBegan = 0;

function requestFor(hash: string, peer: number): Buffer {
  const query = [
    `info_hash=${hash.replace(/../g, '%$&')}`,
    `peer_id=-LD0001-${String(peer).padStart(12, '0')}`,
    `port=${10_000 + peer}`,
    'uploaded=0&downloaded=1&left=1000&compact=1&numwant=50&key=0badcafe',
  ].join('&');
  const head = [`GET ${path ?? '/announce'}?${query} HTTP/1.1`, `Host: ${address}:${port}`, 'Accept: */*'];
  if (!keep) head.push('Connection: close');
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n`);
}

function isGood(answer: Buffer, head: number): boolean {
  if (answer.toString('latin1', 9, 12) !== '200') return false;
  return (
    kind !== 'announce' ||
    (answer[head] === 0x64 && answer.at(-1) === 0x65 && answer.includes('5:peers', head))
  );
}

function count(answer: Buffer, startedAt: number): void {
  const head = answer.indexOf('\r\n\r\n') + 4;
  if (!isGood(answer, head)) {
    totals.errors++;
    totals.firstError ||= JSON.stringify(answer.toString('latin1', 0, 60)).slice(1, -1);
  } else if (began > 0) {
    totals.answers++;
    totals.answerBytes += answer.length - head;
    latencies.push((performance.now() - startedAt) * 1_000);
  }
}

function wholeLength(answer: Buffer): number {
  const head = answer.indexOf('\r\n\r\n');
  const length = head < 0 ? null : /\r\ncontent-length: *(\d+)/i.exec(answer.toString('latin1', 0, head));
  return length === null ? Number.POSITIVE_INFINITY : head + 4 + Number(length[1]);
}

function open(): void {
  const socket = connect({ host: address, port: Number(port), noDelay: true });
  let answer: Buffer = Buffer.alloc(0);
  let startedAt = performance.now();
  socket.on('connect', () => send(socket));
  socket.on('data', (bytes: Buffer) => {
    answer = answer.length === 0 ? bytes : Buffer.concat([answer, bytes]);
    if (!keep || answer.length < wholeLength(answer)) return;
    count(answer, startedAt);
    answer = Buffer.alloc(0);
    startedAt = performance.now();
    send(socket);
  });
  socket.on('error', (error) => {
    totals.errors++;
    totals.firstError ||= error.message;
  });
  socket.on('close', () => {
    if (!keep) count(answer, startedAt);
    open();
  });
}

function send(socket: Socket): void {
  const index = sent < requests.length ? sent : Math.floor(Math.random() * requests.length);
  sent++;
  socket.write(requests[index] as Buffer);
  if (began === 0 && sent >= requests.length + Number(connections)) startClock();
}

function startClock(): void {
  began = performance.now();
  cpuBegan = process.cpuUsage().user + process.cpuUsage().system;
  console.log('measuring');
  setTimeout(report, Number(seconds) * 1_000);
}

function report(): void {
  const cpu = process.cpuUsage().user + process.cpuUsage().system - cpuBegan;
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  const figures = { ...totals, seconds: (performance.now() - began) / 1_000, loadCpuSeconds: cpu / 1e6 };
  console.log(JSON.stringify({ ...figures, p50Us: at(0.5), p99Us: at(0.99) }));
  process.exit(0);
}

for (let i = 0; i < Number(connections); i++) open();
