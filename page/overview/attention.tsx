import type { AccountView } from '../../src/http/api/contract.ts';
import { Icon } from '../parts/icon.tsx';
import { useSurroundings } from '../surroundings.ts';

/** What needs a person, or would be asked about first; one line when there is nothing. */
export function Attention({ account }: { account: AccountView }) {
  const { t, format } = useSurroundings();
  const { closed, held, odd, queues, webhookSilenceS } = account;
  const items = [
    ...(held === null ? [] : [{ key: 'held', text: t.attention.held, more: held.why }]),
    ...odd.map(({ name, why }) => ({ key: `odd ${name}`, text: t.attention.odd(name), more: why })),
    ...(closed === null
      ? []
      : [{ key: 'closed', text: t.attention.closed(format.time(closed.until)), more: closed.why }]),
    ...(webhookSilenceS === 0
      ? []
      : [{ key: 'silence', text: t.attention.silence(format.duration(webhookSilenceS)), more: null }]),
    ...(queues === null ? [{ key: 'temporal', text: t.attention.noTemporal, more: null }] : []),
  ];
  const idle = (queues ?? []).filter(({ polled }) => !polled);
  const isWell = items.length + idle.length === 0;
  return (
    <section class="attention" aria-live="polite" aria-label={t.attention.title}>
      {isWell ? (
        <p class="well">
          <Icon name="check" />
          {t.attention.allWell}
        </p>
      ) : (
        <ul>
          {items.map(({ key, text, more }) => (
            <li key={key}>
              <Icon name="warn" />
              <span>
                {text} {more === null ? null : <span class="quiet">{more}</span>}
              </span>
            </li>
          ))}
          {idle.map(({ queue, worker }) => (
            <li key={queue}>
              <Icon name="warn" />
              <span>
                {t.attention.noWorker(queue)} {t.attention.startWorker} <code>tsuiseki worker {worker}</code>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
