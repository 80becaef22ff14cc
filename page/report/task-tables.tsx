import type { ReportView, TaskLine } from '../../src/http/api/contract.ts';
import { CodeName } from '../parts/code-name.tsx';
import { isEnough } from '../parts/targets.ts';
import { useSurroundings } from '../surroundings.ts';

export function TaskTable({ tasks }: { tasks: readonly TaskLine[] }) {
  const { t, format } = useSurroundings();
  const { report, codes } = t;
  if (tasks.length === 0) return null;
  const columns = [
    report.batches,
    codes.rowState.completed,
    codes.rowState.failed,
    codes.rowState.invalid,
    report.success,
    report.fromRecord,
    report.byHand,
    report.callsMade,
    report.callsSaved,
    report.delay,
  ];
  return (
    <section class="card wide" aria-labelledby="report-tasks">
      <h2 id="report-tasks">{report.tasks}</h2>
      <div class="scroll short" role="region" aria-label={`${report.tasks}: ${t.account.table}`} tabIndex={0}>
        <table class="dense">
          <thead>
            <tr>
              <th scope="col">{t.health.task}</th>
              {columns.map((label) => (
                <th key={label} scope="col" class="end">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tasks.map((line) => {
              const ended = line.completed + line.failed;
              const success = ended === 0 ? null : line.completed / ended;
              const delay = line.webhookDelayS;
              return (
                <tr key={line.task}>
                  <th scope="row">
                    <CodeName name={line.task} />
                  </th>
                  {[line.batches, line.completed, line.failed, line.invalid].map((count, index) => (
                    <td key={columns[index]} class="end">
                      {format.number(count)}
                    </td>
                  ))}
                  <td class="end">
                    {success === null ? (
                      '–'
                    ) : (
                      <span class={isEnough(success) ? '' : 'bad-text'}>{format.percent(success)}</span>
                    )}
                  </td>
                  {[line.fromRecord, line.byHand, line.calls, line.callsSaved].map((count, index) => (
                    <td key={columns[5 + index]} class="end">
                      {format.number(count)}
                    </td>
                  ))}
                  <td class="end">
                    {delay === null
                      ? '–'
                      : report.delayRest(format.duration(delay.median), format.duration(delay.p95))}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Over all tasks, the most first. */
export function ReasonBars({ reasons }: Pick<ReportView, 'reasons'>) {
  const { t, format } = useSurroundings();
  const sums = new Map<(typeof reasons)[number]['reason'], number>();
  for (const { reason, rows } of reasons) sums.set(reason, (sums.get(reason) ?? 0) + rows);
  const all = [...sums].toSorted(([, one], [, other]) => other - one);
  const most = all[0]?.[1] ?? 1;
  if (all.length === 0) return null;
  return (
    <section class="card wide" aria-labelledby="report-reasons">
      <h2 id="report-reasons">{t.report.reasons}</h2>
      <ul class="reason-bars">
        {all.map(([reason, rows]) => (
          <li key={reason}>
            <span>{(t.codes.reason[reason] ?? t.codes.reason.other)[0]}</span>
            <b>{format.number(rows)}</b>
            <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
              <path class="tone-bad" d={`M0 0H${((100 * rows) / most).toFixed(1)}V1H0Z`} />
            </svg>
          </li>
        ))}
      </ul>
    </section>
  );
}
