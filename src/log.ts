import { hostname } from 'node:os';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { redactedLine } from './redact.ts';

export type { Logger } from 'pino';

/** Lines for a terminal alone: workers start without it. */
const pretty = process.stderr.isTTY ? (await import('pino-pretty')).default : null;

/**
 * Logs to stderr: JSON lines, or readable lines on a terminal. Whatever is logged, none of the `secrets`, no e-mail address
 * and no path of a web address comes out.
 */
export function createLogger(level: string, name: string, secrets: readonly string[] = []): Logger {
  const destination = pretty === null ? pino.destination(2) : pretty({ destination: 2, sync: true });
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
