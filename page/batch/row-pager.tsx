import { useState } from 'preact/hooks';
import type { RowPage } from '../../src/http/api/contract.ts';
import { go, hashOf, withParams } from '../router.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';

interface RowPagerProps {
  page: RowPage;
  route: Route;
}

/** Pages go by the sheet's row numbers; `after` in the address is where the one shown begins. */
export function RowPager({ page, route }: RowPagerProps) {
  const { t } = useSurroundings();
  const [from, setFrom] = useState('');
  const after = route.params['after'] ?? '';
  const first = page.rows.at(0)?.row ?? null;
  const last = page.rows.at(-1)?.row ?? null;
  if (after === '' && page.next === null) return null;
  const linkTo = (start: string) => hashOf({ ...withParams(route, { after: start }), row: null });
  return (
    <nav class="pager" aria-label={t.rows.pages}>
      {after === '' ? null : (
        <a class="button" href={linkTo('')}>
          {t.rows.first}
        </a>
      )}
      {first === null || last === null ? null : (
        <span class="quiet">
          {String(first)} – {String(last)}
        </span>
      )}
      {page.next === null ? null : (
        <a class="button" href={linkTo(String(page.next))}>
          {t.rows.next}
        </a>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const start = Number(from) - 1;
          if (from !== '') go({ ...withParams(route, { after: start > 1 ? String(start) : '' }), row: null });
        }}
      >
        <label>
          {t.rows.from}
          <input
            type="number"
            min="2"
            inputMode="numeric"
            value={from}
            onInput={(event) => setFrom(event.currentTarget.value)}
          />
        </label>
        <button type="submit">{t.rows.go}</button>
      </form>
    </nav>
  );
}
