import { type Logger, pino } from 'pino';

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** The log on standard error: plain lines for a person at a terminal, JSON lines for a program that collects them. */
export function createLogger(level: string, stream: NodeJS.WriteStream = process.stderr): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: pino.stdSerializers.err },
  };
  return stream.isTTY
    ? pino(options, { write: (line: string) => void stream.write(humanLine(line)) })
    : pino(options, pino.destination({ fd: 2, sync: true }));
}

/** `12:01:02 info  torrent failed  name="x" reason="y"`. */
function humanLine(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const error =
    typeof err === 'object' && err !== null && 'message' in err
      ? [`error=${JSON.stringify(err.message)}`]
      : [];
  const clock = String(time).slice(11, 19);
  return `${[clock, (LEVEL_NAMES[Number(level)] ?? '').padEnd(5), String(msg), ...fields, ...error].join(' ')}\n`;
}
