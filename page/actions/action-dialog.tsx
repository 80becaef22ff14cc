import { useEffect, useRef, useState } from 'preact/hooks';
import type { ActionDone, BatchStatus, Preview } from '../../src/http/api/contract.ts';
import { batchPath, errorText, post, requestId } from '../api.ts';
import { refresh } from '../live.ts';
import { batchName } from '../parts/batch-name.ts';
import { closeDialogOf, Dialog } from '../parts/dialog.tsx';
import { useSurroundings } from '../surroundings.ts';
import { Outcome } from './outcome.tsx';
import { isNothing, requestOf } from './order.ts';
import type { Order } from './order.ts';
import { PreviewFacts } from './preview-facts.tsx';

interface ActionDialogProps {
  status: BatchStatus;
  order: Order;
  onDone: () => void;
  onClose: () => void;
}

/** Says what an action touches and costs, does it once it is confirmed, and says what it took and left. */
export function ActionDialog({ status, order, onDone, onClose }: ActionDialogProps) {
  const { t, format } = useSurroundings();
  const { action } = order;
  const texts = t.actions[action];
  const path = batchPath(status.batchId);
  // The same for each click of this dialog: what arrived and was not answered takes effect once.
  const [id] = useState(requestId);
  const [drop, setDrop] = useState(false);
  const [why, setWhy] = useState('');
  const [preview, setPreview] = useState<Preview | null>(null);
  const [done, setDone] = useState<ActionDone | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const close = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    let isWanted = true;
    setPreview(null);
    setError(null);
    post<Preview>(`${path}/preview`, requestOf(order, { id, drop, why: '' })).then(
      (answer) => isWanted && setPreview(answer),
      (failure: unknown) => isWanted && setError(errorText(failure)),
    );
    return () => {
      isWanted = false;
    };
  }, [path, order, id, drop]);
  useEffect(() => close.current?.focus(), [done]);

  async function confirm(): Promise<void> {
    setIsBusy(true);
    setError(null);
    try {
      setDone(await post<ActionDone>(`${path}/actions`, requestOf(order, { id, drop, why })));
      onDone();
      refresh();
    } catch (failure) {
      setError(errorText(failure));
    } finally {
      setIsBusy(false);
    }
  }

  const isRefused = preview === null || isNothing(action, preview);
  const count = preview === null ? 0 : action === 'write' ? preview.unwritten : preview.takes;
  return (
    <Dialog
      title={done === null ? texts.title : texts.label}
      about={batchName(status, t)}
      onClose={onClose}
      isBusy={isBusy}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isRefused && !isBusy && done === null) void confirm();
        }}
      >
        <div aria-live="polite">
          {done === null ? <p>{texts.does}</p> : null}
          {done !== null ? (
            <Outcome action={action} done={done} />
          ) : preview !== null ? (
            <PreviewFacts action={action} preview={preview} />
          ) : error === null ? (
            <p class="quiet">{t.dialog.asking}</p>
          ) : null}
          {error === null ? null : <p class="banner bad">{error}</p>}
        </div>
        {done !== null ? (
          <div class="dialog-end">
            <button
              type="button"
              class="primary"
              ref={close}
              onClick={(event) => closeDialogOf(event.currentTarget)}
            >
              {t.app.close}
            </button>
          </div>
        ) : (
          <>
            {action === 'cancel' ? (
              <label class="check">
                <input
                  type="checkbox"
                  checked={drop}
                  onChange={(event) => setDrop(event.currentTarget.checked)}
                />
                {t.dialog.drop}
              </label>
            ) : null}
            <label class="field">
              <span>
                {t.dialog.why} <span class="quiet small">{t.dialog.whyHint}</span>
              </span>
              <input
                type="text"
                maxLength={200}
                autocomplete="off"
                value={why}
                onInput={(event) => setWhy(event.currentTarget.value)}
              />
            </label>
            <div class="dialog-end">
              <button type="button" disabled={isBusy} onClick={(event) => closeDialogOf(event.currentTarget)}>
                {t.dialog.cancel}
              </button>
              <button
                type="submit"
                class={action === 'cancel' || action === 'give-up' ? 'danger' : 'primary'}
                disabled={isRefused || isBusy}
              >
                {isBusy ? t.dialog.busy : texts.confirm(format.number(count), count)}
              </button>
            </div>
          </>
        )}
      </form>
    </Dialog>
  );
}
