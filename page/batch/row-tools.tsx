import type { BatchView } from '../../src/http/api/contract.ts';
import { ROW_STATES } from '../parts/progress.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { go, hashOf, withParams } from '../router.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { filterOf, isEmpty } from './row-filter.ts';

interface RowToolsProps {
  view: BatchView;
  route: Route;
  /** Null: not known yet. */
  found: number | null;
}

/** Search and filters; a change begins at the first page again. */
export function RowTools({ view, route, found }: RowToolsProps) {
  const { t, format } = useSurroundings();
  const { state = '', reason = '', q = '' } = route.params;
  const { counts } = view.status;
  const set = (changed: Record<string, string>, replace = false) =>
    go(withParams(route, { ...changed, after: '' }), { replace });
  const reasons = new Map<string, number>();
  for (const group of view.reasons) reasons.set(group.reason, (reasons.get(group.reason) ?? 0) + group.rows);
  // One that is filtered by stays to be seen when its last row is gone.
  if (reason !== '' && !reasons.has(reason)) reasons.set(reason, 0);
  return (
    <div class="tools">
      <SearchBox label={t.rows.search} value={q} onSearch={(text) => set({ q: text }, true)} />
      <label>
        {t.rows.state}
        <select value={state} onChange={(event) => set({ state: event.currentTarget.value })}>
          <option value="">{t.rows.allStates}</option>
          {ROW_STATES.map((each) => (
            <option key={each} value={each}>
              {t.codes.rowState[each]} ({format.number(counts[each])})
            </option>
          ))}
        </select>
      </label>
      <label>
        {t.rows.reason}
        <select value={reason} onChange={(event) => set({ reason: event.currentTarget.value })}>
          <option value="">{t.rows.allReasons}</option>
          {[...reasons].map(([each, rows]) => (
            <option key={each} value={each}>
              {reasonText(t.codes.reason, each)} ({format.number(rows)})
            </option>
          ))}
        </select>
      </label>
      <span class="found" role="status">
        {found === null ? null : t.rows.found(format.number(found), found)}
      </span>
      {isEmpty(filterOf(route)) ? null : (
        <a class="button" href={hashOf({ ...route, params: {} })}>
          {t.rows.clear}
        </a>
      )}
    </div>
  );
}

const reasonText = (texts: Readonly<Record<string, readonly [string, string]>>, reason: string): string =>
  texts[reason]?.[0] ?? reason;
