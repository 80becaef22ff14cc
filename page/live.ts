import { useEffect, useState } from 'preact/hooks';
import { errorText, getText, isAway } from './api.ts';
import { noteAnswer, noteAway } from './connection.ts';

export const LIVE_MS = 2_000;
const LONGEST_BACKOFF_MS = 30_000;
/** Answers kept, so that going back shows at once what stood there. */
const KEPT = 40;

const kept = new Map<string, { text: string; data: unknown }>();

/** Polls that are under way, each asked again at once after an action. */
const polls = new Set<() => void>();

/** Asks for everything on show at once: something has just been changed. */
export function refresh(): void {
  for (const poll of polls) poll();
}

function keep(path: string, text: string): unknown {
  const before = kept.get(path);
  const entry = before?.text === text ? before : { text, data: JSON.parse(text) as unknown };
  kept.delete(path);
  kept.set(path, entry);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return entry.data;
}

export interface Live<Data> {
  /** Of the path asked for, or of the one before until that is there; null: nothing yet. */
  data: Data | null;
  /** The server's no; null: none. Being away is told elsewhere, and what was shown stays. */
  error: string | null;
  /** What is shown is of the path before. */
  isStale: boolean;
}

interface Answer {
  path: string;
  data: unknown;
  error: string | null;
}

/**
 * What a GET answers, asked again every two seconds or as told while the tab is seen, less often while the server is away or says no.
 * The same text gives the same object. `path` null: nothing is asked. `everyMs` by what was answered: a constant function.
 */
export function useLive<Data>(
  path: string | null,
  everyMs: number | ((data: Data) => number) = LIVE_MS,
): Live<Data> {
  const [answer, setAnswer] = useState<Answer | null>(null);

  useEffect(() => {
    if (path === null) return;
    let timer = 0;
    let failures = 0;
    let pauseMs = typeof everyMs === 'number' ? everyMs : LIVE_MS;
    let asking: AbortController | null = null;

    async function ask(): Promise<void> {
      clearTimeout(timer);
      asking?.abort();
      const mine = new AbortController();
      asking = mine;
      try {
        const data = keep(path as string, await getText(path as string, mine.signal));
        if (mine.signal.aborted) return;
        failures = 0;
        if (typeof everyMs === 'function') pauseMs = everyMs(data as Data);
        noteAnswer();
        setAnswer((last) =>
          last?.path === path && last.data === data && last.error === null
            ? last
            : { path: path as string, data, error: null },
        );
      } catch (error) {
        if (mine.signal.aborted) return;
        failures++;
        if (isAway(error)) noteAway();
        else {
          noteAnswer();
          const text = errorText(error);
          setAnswer((last) => ({
            path: path as string,
            data: last?.path === path ? last.data : null,
            error: text,
          }));
        }
      }
      const wait = Math.min(pauseMs * 2 ** failures, Math.max(pauseMs, LONGEST_BACKOFF_MS));
      if (!document.hidden) timer = setTimeout(() => void ask(), wait);
    }
    const again = () => void ask();
    function onVisible(): void {
      if (document.hidden) clearTimeout(timer);
      else again();
    }
    again();
    polls.add(again);
    document.addEventListener('visibilitychange', onVisible);
    window.addEventListener('online', again);
    return () => {
      clearTimeout(timer);
      asking?.abort();
      polls.delete(again);
      document.removeEventListener('visibilitychange', onVisible);
      window.removeEventListener('online', again);
    };
  }, [path, everyMs]);

  const isOurs = answer !== null && answer.path === path;
  const data = isOurs ? answer.data : path === null ? null : (kept.get(path)?.data ?? answer?.data ?? null);
  return {
    data: data as Data | null,
    error: isOurs ? answer.error : null,
    isStale: !isOurs && path !== null,
  };
}
