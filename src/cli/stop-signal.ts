/** Resolves at the first SIGTERM or SIGINT. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

export interface StopRequests {
  /** The first signal: end in order, let finish what is under way. */
  readonly stop: AbortSignal;
  /** The second: whoever sent it does not want to wait. */
  readonly now: AbortSignal;
}

/** Takes SIGTERM and SIGINT from here on. */
export function stopRequests(): StopRequests {
  const [stop, now] = [new AbortController(), new AbortController()];
  const request = () => (stop.signal.aborted ? now : stop).abort();
  process.on('SIGTERM', request);
  process.on('SIGINT', request);
  return { stop: stop.signal, now: now.signal };
}
