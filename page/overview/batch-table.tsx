import { useState } from 'preact/hooks';
import type { BatchList, BatchState } from '../../src/http/api/contract.ts';
import { query } from '../api.ts';
import { useLive } from '../live.ts';
import { Icon } from '../parts/icon.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { go, hashOf, withParams } from '../router.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { BatchRow } from './batch-row.tsx';

const STATES: readonly BatchState[] = ['running', 'paused', 'failed', 'completed', 'cancelled'];
const PAGE = 50;
/** What is older moves seldom. */
const OLDER_EVERY_MS = 10_000;

interface BatchTableProps {
  route: Route;
  /** Null: who looks may not start any. */
  onStart: (() => void) | null;
}

/** The batches, newest first, with search and filter; the choice stands in the address. */
export function BatchTable({ route, onStart }: BatchTableProps) {
  const { t } = useSurroundings();
  const { state = '', q = '' } = route.params;
  return (
    <section class="batches" aria-labelledby="batches">
      <div class="section-head">
        <h2 id="batches">{t.batches.title}</h2>
        {onStart === null ? null : (
          <button type="button" class="primary" onClick={onStart}>
            <Icon name="plus" />
            {t.batches.start}
          </button>
        )}
      </div>
      <SearchBox
        label={t.batches.search}
        value={q}
        onSearch={(text) => go(withParams(route, { q: text }), { replace: true })}
      />
      <Pages key={`${state} ${q}`} state={state} q={q} route={route} />
    </section>
  );
}

function Pages({ state, q, route }: { state: string; q: string; route: Route }) {
  const { t } = useSurroundings();
  const { data, error } = useLive<BatchList>(`/api/batches${query({ state, q, limit: PAGE })}`);
  if (data === null) return <p class="quiet">{error ?? t.app.loading}</p>;
  return (
    <>
      <StateFilter route={route} counts={data.counts} />
      {error === null ? null : <p class="banner bad">{error}</p>}
      {data.batches.length === 0 ? (
        <p class="quiet empty">{t.batches.none}</p>
      ) : (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">{t.batches.workbook}</th>
              <th scope="col">{t.batches.state}</th>
              <th scope="col">{t.batches.progress}</th>
              <th scope="col" class="end">
                {t.batches.failed}
              </th>
              <th scope="col">{t.batches.ends}</th>
            </tr>
          </thead>
          <tbody>
            {data.batches.map((status) => (
              <BatchRow key={status.batchId} status={status} />
            ))}
          </tbody>
          {data.next === null ? null : <OlderPage before={data.next} state={state} q={q} />}
        </table>
      )}
    </>
  );
}

/** The page before this one, asked for by its last batch, so that none is lost or shown twice while new ones come. */
function OlderPage({ before, state, q }: { before: string; state: string; q: string }) {
  const { t } = useSurroundings();
  const [isOpen, setIsOpen] = useState(false);
  const path = `/api/batches${query({ state, q, before, limit: PAGE })}`;
  const { data, error } = useLive<BatchList>(isOpen ? path : null, OLDER_EVERY_MS);
  if (data === null)
    return (
      <tbody>
        <tr class="more">
          <td colSpan={5}>
            {error === null ? (
              <button type="button" aria-disabled={isOpen} onClick={() => setIsOpen(true)}>
                {isOpen ? t.app.loading : t.batches.more}
              </button>
            ) : (
              <p class="banner bad" role="alert">
                {error}
              </p>
            )}
          </td>
        </tr>
      </tbody>
    );
  return (
    <>
      <tbody ref={focusFirst}>
        {data.batches.map((status) => (
          <BatchRow key={status.batchId} status={status} />
        ))}
      </tbody>
      {data.next === null ? null : <OlderPage before={data.next} state={state} q={q} />}
    </>
  );
}

/** The button that asked for them is gone: the focus goes on to what came in its place. */
function focusFirst(batches: HTMLElement | null): void {
  if (document.activeElement === document.body) batches?.querySelector('a')?.focus({ preventScroll: true });
}

function StateFilter({ route, counts }: { route: Route; counts: BatchList['counts'] }) {
  const { t, format } = useSurroundings();
  const chosen = route.params['state'] ?? '';
  const all = STATES.reduce((sum, state) => sum + counts[state], 0);
  const options = [
    { value: '', label: t.batches.all, count: all },
    ...STATES.map((state) => ({ value: state, label: t.codes.batchState[state], count: counts[state] })),
  ];
  return (
    <nav class="filters" aria-label={t.batches.state}>
      {options.map(({ value, label, count }) => (
        <a
          key={value}
          href={hashOf(withParams(route, { state: value }))}
          aria-current={value === chosen ? 'true' : undefined}
        >
          {label} <span class="count">{format.number(count)}</span>
        </a>
      ))}
    </nav>
  );
}
