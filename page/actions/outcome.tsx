import type { Action, ActionDone } from '../../src/http/api/contract.ts';
import { Icon } from '../parts/icon.tsx';
import { useSurroundings } from '../surroundings.ts';
import { Leaves } from './leaves.tsx';

/** What the action took and left, afterwards. */
export function Outcome({ action, done }: { action: Action; done: ActionDone }) {
  const { t, format } = useSurroundings();
  const { took, leaves, written } = done;
  return (
    <>
      <p class="done">
        <Icon name="check" />
        {t.actions[action].done(format.number(took), took)}
      </p>
      {written === null ? null : (
        <>
          <p>{t.dialog.wrote(format.number(written.rows), written.rows)}</p>
          {written.left.length === 0 ? null : (
            <div class="leaves">
              <h3>{t.dialog.leaves}</h3>
              <ul>
                {written.left.map(({ row, why }) => (
                  <li key={row}>{t.dialog.notWritten(String(row), why)}</li>
                ))}
              </ul>
            </div>
          )}
        </>
      )}
      <Leaves leaves={leaves} />
    </>
  );
}
