import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

const places = new Map<string, number>();

/**
 * Each view keeps its place while one is elsewhere; one that is seen for the first time begins at its top, and its heading
 * has the focus, so that a screen reader tells where one is.
 */
export function useScrollMemory(view: string): void {
  const last = useRef<string | null>(null);

  useEffect(() => {
    history.scrollRestoration = 'manual';
    const note = () => void places.set(last.current ?? '', window.scrollY);
    window.addEventListener('scroll', note, { passive: true });
    return () => window.removeEventListener('scroll', note);
  }, []);

  useLayoutEffect(() => {
    if (last.current === view) return;
    const isFirst = last.current === null;
    last.current = view;
    if (isFirst) return;
    const place = places.get(view) ?? 0;
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
    window.scrollTo(0, place);
  }, [view]);
}
