import { cancellationSignal, heartbeat } from '@temporalio/activity';

/** A missed heartbeat shows a dead worker in 5 s: beaten well inside that. */
const HEARTBEAT_EVERY_MS = 1_000;

/** Runs `work` with heartbeats going on; its signal is aborted when the activity is cancelled. */
export async function withHeartbeat<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  heartbeat();
  const timer = setInterval(heartbeat, HEARTBEAT_EVERY_MS);
  try {
    return await work(cancellationSignal());
  } finally {
    clearInterval(timer);
  }
}
