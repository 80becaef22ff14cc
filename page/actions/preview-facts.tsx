import type { Action, Preview } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';
import { isNothing } from './order.ts';
import { Leaves } from './leaves.tsx';

/** What the action touches and costs, before it is done. */
export function PreviewFacts({ action, preview }: { action: Action; preview: Preview }) {
  const { t, format } = useSurroundings();
  const { takes, jobs, calls, credits, finishedAt, inFlight, unwritten, leaves, opens } = preview;
  const asks = action === 'retry' || action === 'resume';
  const facts: [label: string, value: string][] = [
    ...(action === 'write' ? [] : [[t.dialog.takes, format.number(takes)] as [string, string]]),
    ...(asks
      ? ([
          [t.dialog.jobs, format.number(jobs)],
          [t.dialog.calls, format.number(calls)],
          [t.dialog.credits, format.number(credits)],
          [
            t.dialog.finishes,
            finishedAt === null
              ? t.dialog.nothingAsked
              : t.batch.etaAt(format.time(finishedAt), format.relative(finishedAt)),
          ],
        ] as [string, string][])
      : []),
    ...(action === 'write' || action === 'cancel'
      ? [[t.dialog.unwritten, format.number(unwritten)] as [string, string]]
      : []),
  ];
  const steers = action === 'pause' || action === 'cancel';
  return (
    <>
      <dl class="costs">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {steers ? (
        <p>
          {t.batch.inFlight(
            format.number(inFlight.jobs),
            inFlight.lastAt === null ? null : format.time(inFlight.lastAt),
            inFlight.jobs,
          )}
        </p>
      ) : null}
      {opens === null || opens.batches === 0 ? null : (
        <p>{t.dialog.opens(format.number(opens.batches), format.number(opens.jobs), opens.batches)}</p>
      )}
      <Leaves leaves={leaves} />
      {isNothing(action, preview) ? (
        <p class="bad-text">{action === 'write' ? t.dialog.nothingToWrite : t.dialog.nothing}</p>
      ) : null}
    </>
  );
}
