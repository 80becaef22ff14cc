import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log this long goes to `.old`, over the one before: so much is kept of each, twice. */
const MAX_LOG_BYTES = 20 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
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
  rotateLog(path);
  const descriptor = openSync(path, 'a+', 0o600);
  const startByte = statSync(path).size;
  return {
    path,
    descriptor,
    tail: () => readTail(path, startByte),
    close: () => closeSync(descriptor),
  };
}

/**
 * Moves what a log holds to `.old` once it is over `maxBytes`. It is copied and cut to nothing, since whoever writes it has
 * it open and goes on, at its new end: all our logs are opened for appending. What is written between the last look and
 * the cut, some microseconds, is lost.
 */
export function rotateLog(path: string, maxBytes = MAX_LOG_BYTES): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= maxBytes) return;
  const from = openSync(path, 'r+');
  const to = openSync(`${path}.old`, 'w', 0o600);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let bytes = 1; bytes > 0; writeSync(to, chunk, 0, bytes)) bytes = readSync(from, chunk);
    ftruncateSync(from);
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

function readTail(path: string, startByte: number): string {
  const endByte = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  // Shorter than it was: it was rotated meanwhile, and all of it is new.
  const fromByte = Math.max(endByte < startByte ? 0 : startByte, endByte - MAX_TAIL_BYTES);
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
