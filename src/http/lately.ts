/** One reading for all who ask within that time; one that failed is not kept. */
export function lately<T>(keptMs: number, read: () => Promise<T>): () => Promise<T> {
  let readAtMs = -Infinity;
  let latest: Promise<T> | null = null;
  return () => {
    if (latest === null || performance.now() - readAtMs > keptMs) {
      readAtMs = performance.now();
      const reading = read();
      latest = reading;
      reading.catch(() => {
        if (latest === reading) latest = null;
      });
    }
    return latest;
  };
}
