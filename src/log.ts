import { hostname } from 'node:os';
import { pino } from 'pino';
import type { Logger } from 'pino';
import pretty from 'pino-pretty';
import { redactedLine } from './redact.ts';

export type { Logger } from 'pino';

/**
 * Logs to stderr: JSON lines, or readable lines on a terminal. Whatever is logged, none of the `secrets`, no e-mail address
 * and no path of a web address comes out.
 */
export function createLogger(level: string, name: string, secrets: readonly string[] = []): Logger {
  const destination = process.stderr.isTTY ? pretty({ destination: 2, sync: true }) : pino.destination(2);
  // The host beside the number: in containers every process has the same.
  const base = { name, pid: process.pid, hostname: hostname() };
  return pino(
    {
      level,
      name,
      base,
      // Temporal's SDK logs what failed as `error`.
      serializers: { error: pino.stdSerializers.err },
      hooks: { streamWrite: (line) => redactedLine(line, secrets) },
    },
    destination,
  );
}
