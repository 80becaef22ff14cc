import { useEffect, useRef } from 'preact/hooks';
import type { BatchView, RowPage, RowReport, RowStory as Story } from '../../src/http/api/contract.ts';
import type { Order } from '../actions/order.ts';
import { batchPath, query } from '../api.ts';
import { useLive } from '../live.ts';
import { Icon } from '../parts/icon.tsx';
import { RowStateBadge } from '../parts/states.tsx';
import { go } from '../router.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { textOf } from '../texts/codes.ts';
import { everyMsOf } from './every-ms.ts';
import { RowReportFacts } from './row-report-facts.tsx';

interface RowStoryProps {
  view: BatchView;
  row: number;
  route: Route;
  onOrder: (order: Order) => void;
}

/** One row beside the others: what it is, why it failed, all that happened to it. */
export function RowStory({ view, row, route, onOrder }: RowStoryProps) {
  const { t, format } = useSurroundings();
  const rows = `${batchPath(view.status.batchId)}/rows`;
  const everyMs = everyMsOf(view);
  const { data: story, error } = useLive<Story>(`${rows}/${row}`, everyMs);
  const { data: page } = useLive<RowPage>(`${rows}${query({ after: row - 1, limit: 1 })}`, everyMs);
  const report = page?.rows.find((each) => each.row === row) ?? null;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    // In a field Escape is the field's, in a dialog the dialog's.
    function onKey({ key, target }: KeyboardEvent): void {
      if (key === 'Escape' && (target as Element).closest('dialog, input, select') === null) close();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });

  /** Back to the row's own link, where it was opened. */
  function close(): void {
    const opener = document.querySelector<HTMLElement>(`[data-row="${row}"]`);
    go({ ...route, row: null });
    opener?.focus();
  }

  return (
    <aside class="story card" aria-labelledby="story">
      <div class="section-head">
        <h3 id="story" ref={heading} tabIndex={-1}>
          {t.story.title(String(row))}
        </h3>
        {report === null ? null : <RowStateBadge state={report.state} />}
        <button type="button" class="plain close" aria-label={t.app.close} onClick={close}>
          <Icon name="cross" />
        </button>
      </div>
      {error === null ? null : <p class="banner bad">{error}</p>}
      {report === null ? null : (
        <>
          <StorySteps report={report} onOrder={onOrder} />
          <RowReportFacts report={report} />
        </>
      )}
      <h4>{t.story.events}</h4>
      {story === null ? (
        <p class="quiet">{t.app.loading}</p>
      ) : (
        <ol class="events">
          {story.events.map(({ at, what, details }, index) => (
            <li key={`${at} ${index}`} class={what === 'failed' ? 'failed' : undefined}>
              <time dateTime={at} title={format.moment(at)}>
                {format.time(at)}
              </time>
              <span>
                <strong>{textOf(t.codes.story, what)}</strong> <span class="verbatim">{details}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </aside>
  );
}

/** For this row alone; which the server takes, its preview says. */
function StorySteps({ report, onOrder }: { report: RowReport; onOrder: (order: Order) => void }) {
  const { t, mayAct } = useSurroundings();
  const { state, row } = report;
  if (!mayAct || state === 'completed' || state === 'invalid') return null;
  const isOpen = state === 'pending' || state === 'published' || state === 'redirected';
  return (
    <div class="buttons">
      <button
        type="button"
        class={state === 'failed' ? 'primary' : undefined}
        onClick={() => onOrder({ action: 'retry', rows: [row] })}
      >
        <Icon name="again" />
        {t.actions.retry.label}
      </button>
      {isOpen ? (
        <button type="button" onClick={() => onOrder({ action: 'give-up', rows: [row] })}>
          {t.actions['give-up'].label}
        </button>
      ) : null}
    </div>
  );
}
