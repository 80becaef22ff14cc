import { pino } from 'pino';
import type { Logger } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

/** Logs to stderr: JSON lines, or readable lines on a terminal. */
export function createLogger(level: string, name: string): Logger {
  const destination = process.stderr.isTTY ? pretty({ destination: 2, sync: true }) : pino.destination(2);
  const base = { name, pid: process.pid };
  // Temporal's SDK logs what failed as `error`.
  return pino({ level, name, base, serializers: { error: pino.stdSerializers.err } }, destination);
}
