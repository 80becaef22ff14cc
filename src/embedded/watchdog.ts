import { spawn } from 'node:child_process';
import type { StopSignals } from './server-record.ts';

/**
 * `$1` is the server, then signals with their grace in tenths of a second. Its standard input is a pipe
 * whose only writer is our process: a line means "the server has ended", the end of it that we died.
 */
const SCRIPT = `
pid=$1; shift
read -r _ && exit 0
while [ $# -ge 2 ]; do
  kill -s "$1" "$pid" 2>/dev/null || exit 0
  n=0
  while [ "$n" -lt "$2" ]; do
    kill -s 0 "$pid" 2>/dev/null || exit 0
    sleep 0.1
    n=$((n + 1))
  done
  shift 2
done
`;

/** Lets the watchdog go: the server has ended. */
export type DismissWatchdog = () => void;

/**
 * Ends a server when our process dies, `kill -9` included, which no handler of ours would see. A shell of
 * 1 MB does it, as Node cannot ask the kernel (`PR_SET_PDEATHSIG`). In a session of its own: what ends our
 * process group must not end it. Windows has no such shell: there only the record finds what is left behind.
 */
export function startWatchdog(serverPid: number, signals: StopSignals): DismissWatchdog {
  if (process.platform === 'win32') return () => undefined;
  const steps = signals.flatMap(([signal, graceMs]) => [signal.slice(3), String(Math.ceil(graceMs / 100))]);
  const watchdog = spawn('/bin/sh', ['-c', SCRIPT, 'tsuiseki-watchdog', String(serverPid), ...steps], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  });
  // Without a shell, or with the watchdog killed, the server still runs; only the record is left.
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  unrefPipe(watchdog.stdin);
  return () => watchdog.stdin.end('ended\n');
}

function unrefPipe(pipe: object): void {
  if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
}
