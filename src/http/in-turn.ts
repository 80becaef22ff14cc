/**
 * One run at a time, and one to come for all who ask meanwhile: each has a run that began after it asked. So many who wait
 * hold no more than one of whatever a run takes.
 */
export function inTurn<T>(run: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  return () => {
    if (next !== null) return next;
    next = last
      .catch(() => null)
      .then(() => {
        next = null;
        return run();
      });
    last = next;
    return next;
  };
}
