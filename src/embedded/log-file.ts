import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log this long is moved aside (to `.old`) when its server starts: two of them are kept at most. */
const MAX_LOG_BYTES = 20 * 1024 * 1024;
const MAX_TAIL_BYTES = 65_536;

export interface LogFile {
  readonly path: string;
  /** To be given to the child; closed by `close`. */
  readonly descriptor: number;
  /** What was written since it was opened, at most the last 64 kB. */
  tail(): string;
  close(): void;
}

/** Opens a server's log for appending; only its owner may read it. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  const previousBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (previousBytes > MAX_LOG_BYTES) renameSync(path, `${path}.old`);
  const descriptor = openSync(path, 'a+', 0o600);
  const startByte = statSync(path).size;
  return {
    path,
    descriptor,
    tail: () => readTail(path, startByte),
    close: () => closeSync(descriptor),
  };
}

function readTail(path: string, startByte: number): string {
  const endByte = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const fromByte = Math.max(startByte, endByte - MAX_TAIL_BYTES);
  if (endByte <= fromByte) return '';
  const buffer = Buffer.alloc(endByte - fromByte);
  const descriptor = openSync(path, 'r');
  try {
    const length = readSync(descriptor, buffer, 0, buffer.length, fromByte);
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
