import { useEffect, useState } from 'preact/hooks';

/** Since when the server has been away, as all polls of the page see it; null: it answers. */
let awaySince: number | null = null;
const listeners = new Set<(since: number | null) => void>();

function set(since: number | null): void {
  awaySince = since;
  for (const listener of listeners) listener(since);
}

export function noteAnswer(): void {
  if (awaySince !== null) set(null);
}

export function noteAway(): void {
  if (awaySince === null) set(Date.now());
}

export function useAwaySince(): number | null {
  const [since, setSince] = useState(awaySince);
  useEffect(() => {
    listeners.add(setSince);
    return () => void listeners.delete(setSince);
  }, []);
  return since;
}
