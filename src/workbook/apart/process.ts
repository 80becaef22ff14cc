import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

import { errorMessage } from '../../errors.ts';
import { builtFile } from '../../paths.ts';
import type { FromChild, ToChild } from './messages.ts';
import { WorkbookError } from '../types.ts';

/** Bounds of the process that one workbook is given. */
export interface ChildLimits {
  /** Of V8's heap. 100,000 rows take 120 MB; the worker that starts the child is allowed 1 GB for both. */
  maxHeapMb: number;
  /** By the clock, from start to end. The phase it belongs to is to be done in five minutes. */
  timeoutMs: number;
}

export const DEFAULT_CHILD_LIMITS: Readonly<ChildLimits> = { maxHeapMb: 512, timeoutMs: 240_000 };

/**
 * Of V8's young generation, MB. Unzipped bytes die young, but are freed only when it is full: with node's 16 MB, ten
 * cells of 100,000 rows take a child of 100 MB, and with this one of 80.
 */
const YOUNG_HEAP_MB = 1;

/** How node is started for a workbook. */
export function childFlags({ maxHeapMb }: Pick<ChildLimits, 'maxHeapMb'>): string[] {
  return [
    `--max-old-space-size=${maxHeapMb}`,
    `--max-semi-space-size=${YOUNG_HEAP_MB}`,
    // Code is made fast sooner, which in a process of a second is a tenth of its time.
    '--no-lazy-feedback-allocation',
  ];
}

/** Of the child's own last words, kept to tell why it died. */
const STDERR_TAIL = 4096;
const OUT_OF_MEMORY =
  /heap out of memory|Array buffer allocation failed|ERR_MEMORY_ALLOCATION_FAILED|invalid (?:array|string) length/i;

export interface ChildRun<T> {
  /** The workbook's name in messages. */
  name: string;
  limits: ChildLimits;
  signal?: AbortSignal | undefined;
  messages: Iterable<ToChild>;
  /** Takes each answer; what is not undefined ends the run. */
  take: (message: FromChild) => T | undefined;
}

/**
 * Runs one job in a process of its own, which is gone when this settles.
 *
 * @throws {WorkbookError} what the child reports; `WORKBOOK_TIMEOUT`, `WORKBOOK_TOO_LARGE` when memory ran out,
 *   `WORKBOOK_CRASHED` when it died of anything else
 * @throws the signal's reason when that aborts
 */
export async function runChild<T>({ name, limits, signal, messages, take }: ChildRun<T>): Promise<T> {
  signal?.throwIfAborted();
  const child = fork(builtFile('program/workbook-child.js'), [], {
    // The parent's flags and variables (inspector, loader, secrets) are none of its business.
    execArgv: childFlags(limits),
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const stderr = tailOf(child);
  let onAbort: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      child.on('message', (message: FromChild) => {
        if (message.kind === 'failed') reject(new WorkbookError(message.code, message.message));
        const result = take(message);
        if (result !== undefined) resolve(result);
      });
      child.on('error', (error) => reject(crashed(name, errorMessage(error), error)));
      child.on('close', (code, signalName) => reject(deathOf(name, code, signalName, stderr())));
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      timer = setTimeout(() => reject(timedOut(name, limits)), limits.timeoutMs);
      sendAll(child, messages).catch(() => {
        // The channel closed: the child's death tells why.
      });
    });
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    await ended(child);
  }
}

async function sendAll(child: ChildProcess, messages: Iterable<ToChild>): Promise<void> {
  for (const message of messages) {
    await new Promise<void>((resolve, reject) => {
      child.send(message, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}

/** Kills what is left of the child, and waits until the system has seen its end. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill('SIGKILL');
  await closed;
}

function tailOf(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_TAIL);
  });
  return () => tail;
}

function deathOf(name: string, code: number | null, signal: string | null, stderr: string): WorkbookError {
  if (OUT_OF_MEMORY.test(stderr)) {
    return new WorkbookError('WORKBOOK_TOO_LARGE', `${name} is too large: its process ran out of memory`);
  }
  const lastWords = /^(?:\w*Error|.*Cannot find).*$/m.exec(stderr)?.[0] ?? '';
  const how = signal === null ? `ended with status ${code}` : `was killed by ${signal}`;
  return crashed(name, `its process ${how}${lastWords === '' ? '' : ` (${errorMessage(lastWords, 200)})`}`);
}

function timedOut(name: string, { timeoutMs }: ChildLimits): WorkbookError {
  return new WorkbookError('WORKBOOK_TIMEOUT', `${name} took longer than ${timeoutMs / 1000} s: given up`);
}

function crashed(name: string, why: string, cause?: unknown): WorkbookError {
  return new WorkbookError('WORKBOOK_CRASHED', `${name} could not be handled: ${why}`, { cause });
}
