import { useEffect, useState } from 'preact/hooks';
import { query } from './api.ts';

const LISTS = ['alerts', 'report'] as const;
type List = (typeof LISTS)[number];

/** Where one is: the hash alone says it, so that a link to it can be sent to a colleague. */
export interface Route {
  /** Null: the overview, or one of the lists. */
  batch: string | null;
  /** The parcels that need somebody, or the aggregated figures. */
  list?: List | null;
  /** Whose story stands beside the rows. */
  row: number | null;
  /** Filters. */
  params: Readonly<Record<string, string>>;
}

export function parseHash(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  const params = Object.fromEntries(new URLSearchParams(search));
  const [, batch, row] = /^\/batch\/([^/]+)(?:\/row\/(\d+))?$/.exec(path) ?? [];
  return {
    batch: batch === undefined ? null : decoded(batch),
    row: row === undefined ? null : Number(row),
    params,
    list: LISTS.find((list) => path === `/${list}`) ?? null,
  };
}

/** What a person typed wrong is taken as it is: the server knows no such batch. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function hashOf({ batch, row, params, list = null }: Route): string {
  const home = `/${list ?? ''}`;
  const path =
    batch === null ? home : `/batch/${encodeURIComponent(batch)}${row === null ? '' : `/row/${row}`}`;
  return `#${path}${query(params)}`;
}

/** `replace`: the browser's Back passes over what stood there, as while somebody types. */
export function go(route: Route, { replace = false } = {}): void {
  const hash = hashOf(route);
  if (hash === location.hash) return;
  if (replace) {
    history.replaceState(null, '', hash);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else location.hash = hash;
}

/** Filters changed, the rest as it was; an empty one is left out. */
export function withParams(route: Route, changed: Record<string, string>): Route {
  const params = Object.entries({ ...route.params, ...changed }).filter(([, value]) => value !== '');
  return { ...route, params: Object.fromEntries(params) };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseHash(location.hash));
  useEffect(() => {
    const read = () => setRoute(parseHash(location.hash));
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, []);
  return route;
}
