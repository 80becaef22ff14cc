import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../errors.ts';
import { rotateLog } from '../embedded/log-file.ts';

/** A log at its worst, some megabytes a second, is not much longer than it may be by then. */
const LOOK_EVERY_MS = 10_000;

/** Keeps the logs of a folder short while their processes run, until the function given back is called. */
export function rotateLogs(logDir: string, onProgress: (line: string) => void): () => void {
  mkdirSync(logDir, { recursive: true });
  const timer = setInterval(() => {
    try {
      for (const name of readdirSync(logDir)) if (name.endsWith('.log')) rotateLog(join(logDir, name));
    } catch (error) {
      onProgress(`the logs grow: ${errorMessage(error, 200)}`);
    }
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
