import type { AccountView } from '../../src/http/api/contract.ts';
import { CodeName } from '../parts/code-name.tsx';
import { isEnough, isInTime, LEAST_SUCCESS, MOST_DELAY_S } from '../parts/targets.ts';
import { useSurroundings } from '../surroundings.ts';
import { textOf } from '../texts/codes.ts';
import { Figure } from './figure.tsx';

/** The last hour's figures, each with its target. */
export function Health({ account }: { account: AccountView }) {
  const { t, format } = useSurroundings();
  const { publishes, webhookDelayS: delay, webhookSilenceS: silence, unreadS, carriers } = account;
  // One that was refused is published later.
  const all = publishes.taken + publishes.failed;
  const success = all === 0 ? null : publishes.taken / all;
  return (
    <section class="card" aria-labelledby="health">
      <h2 id="health">{t.health.title}</h2>
      <dl class="figures">
        <Figure
          label={t.health.success}
          value={success === null ? '–' : format.percent(success)}
          isGood={success === null ? null : isEnough(success)}
          more={t.health.publishes(format.number(publishes.taken), format.number(all))}
          target={`≥ ${format.percent(LEAST_SUCCESS)}`}
        />
        <Figure
          label={t.health.delay}
          value={delay === null ? '–' : format.duration(delay.median)}
          isGood={delay === null ? null : isInTime(delay.p95)}
          more={
            delay === null
              ? t.health.noWebhooks
              : t.health.delayRest(format.duration(delay.p95), format.duration(delay.longest))
          }
          target={`≤ ${format.duration(MOST_DELAY_S)}`}
        />
        <Figure
          label={t.health.silence}
          value={silence === 0 ? t.health.noSilence : t.health.silent(format.duration(silence))}
          isGood={silence === 0}
          more={null}
        />
        <Figure
          label={t.health.unread}
          value={unreadS === 0 ? t.health.allRead : format.duration(unreadS)}
          isGood={isInTime(unreadS)}
          more={null}
        />
        {carriers.map(({ carrier, answered, failed }) => (
          <Figure
            key={carrier}
            label={t.health.carriers(textOf(t.codes.carrier, carrier))}
            value={format.number(answered + failed)}
            isGood={answered + failed === 0 ? null : answered > 0}
            more={t.health.answered(format.number(answered), format.number(failed))}
          />
        ))}
      </dl>
      <Lookups lookups={account.lookups} />
    </section>
  );
}

function Lookups({ lookups }: Pick<AccountView, 'lookups'>) {
  const { t, format } = useSurroundings();
  if (lookups.length === 0) return <p class="quiet small">{t.health.none}</p>;
  return (
    <table class="dense">
      <caption>{t.health.lookups}</caption>
      <thead>
        <tr>
          <th scope="col">{t.health.task}</th>
          <th scope="col" class="end">
            {t.health.completed}
          </th>
          <th scope="col" class="end">
            {t.health.empty}
          </th>
          <th scope="col" class="end">
            {t.health.failed}
          </th>
        </tr>
      </thead>
      <tbody>
        {lookups.map(({ task, completed, empty, failed }) => (
          <tr key={task}>
            <th scope="row">
              <CodeName name={task} />
            </th>
            <td class="end">{format.number(completed)}</td>
            <td class="end">{format.number(empty)}</td>
            <td class="end">{format.number(failed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
