import type { AccountView } from '../../src/http/api/contract.ts';
import { CodeName } from '../parts/code-name.tsx';
import { Icon } from '../parts/icon.tsx';
import { useSurroundings } from '../surroundings.ts';

/** Whether somebody works on each queue, and how much waits there. */
export function Queues({ queues }: Pick<AccountView, 'queues'>) {
  const { t, format } = useSurroundings();
  return (
    <section class="card" aria-labelledby="queues">
      <h2 id="queues">{t.queues.title}</h2>
      {queues === null ? (
        <p class="bad-text">{t.queues.unknown}</p>
      ) : (
        <table class="dense">
          <thead>
            <tr>
              <th scope="col">{t.queues.queue}</th>
              <th scope="col">{t.queues.worker}</th>
              <th scope="col" class="end">
                {t.queues.backlog}
              </th>
            </tr>
          </thead>
          <tbody>
            {queues.map(({ queue, worker, polled, backlog }) => (
              <tr key={queue}>
                <th scope="row">
                  <CodeName name={queue} />
                  {polled ? null : (
                    <span class="hint">
                      {t.queues.startWith} <code>tsuiseki worker {worker}</code>
                    </span>
                  )}
                </th>
                <td>
                  {polled ? (
                    <span class="good-text">
                      <Icon name="check" />
                      {t.queues.polled}
                    </span>
                  ) : (
                    <span class="bad-text">
                      <Icon name="cross" />
                      {t.queues.noWorker}
                    </span>
                  )}
                </td>
                <td class="end">{format.number(backlog)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
