import { useEffect, useRef, useState } from 'preact/hooks';
import type { Started, Upload } from '../../src/http/api/contract.ts';
import { errorText, post, query } from '../api.ts';
import { closeDialogOf, Dialog } from '../parts/dialog.tsx';
import { go, hashOf } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { Understood } from './understood.tsx';

/** From a file to a running batch: read it, show what it costs and how it is understood, start. */
export function StartDialog({ file: dropped, onClose }: { file: File | null; onClose: () => void }) {
  const { t, format, me } = useSurroundings();
  const [file, setFile] = useState<File | null>(dropped);
  const [task, setTask] = useState('');
  const [upload, setUpload] = useState<Upload | null>(null);
  const [running, setRunning] = useState<Started | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const dialog = useRef<HTMLFormElement>(null);
  const isNamed = file !== null && me.tasks.some(({ filePrefix }) => file.name.startsWith(filePrefix));
  const isReady = file !== null && (isNamed || task !== '');
  const isReading = isReady && upload === null && error === null;

  useEffect(() => {
    setUpload(null);
    setRunning(null);
    setError(null);
    if (!isReady) return;
    let isWanted = true;
    post<Upload>(`/api/uploads${query({ name: file.name, task })}`, file).then(
      (answer) => isWanted && setUpload(answer),
      (failure: unknown) => isWanted && setError(errorText(failure)),
    );
    return () => {
      isWanted = false;
    };
  }, [file, task, isReady]);

  async function start({ upload: id }: Upload): Promise<void> {
    setIsBusy(true);
    setError(null);
    try {
      const started = await post<Started>(`/api/uploads/${encodeURIComponent(id)}/start`);
      if (started.alreadyRunning === true) setRunning(started);
      else {
        closeDialogOf(dialog.current);
        go({ batch: started.batchId, row: null, params: {} });
      }
    } catch (failure) {
      setError(errorText(failure));
    } finally {
      setIsBusy(false);
    }
  }

  const startable = upload === null ? 0 : upload.counts.total - upload.counts.invalid;
  return (
    <Dialog title={t.start.title} onClose={onClose} isBusy={isBusy}>
      <form
        ref={dialog}
        onSubmit={(event) => {
          event.preventDefault();
          if (upload !== null && startable > 0 && !isBusy) void start(upload);
        }}
      >
        <label class="field">
          <span>
            {t.start.file} <span class="quiet small">{t.start.hint}</span>
          </span>
          {dropped === null ? null : <span class="mono">{file?.name}</span>}
          <input
            type="file"
            accept=".xlsx,.xlsm,.csv,.json"
            disabled={isBusy}
            onChange={(event) => {
              setFile(event.currentTarget.files?.[0] ?? null);
              // It was chosen for the other file.
              setTask('');
            }}
          />
        </label>
        {file === null || (isNamed && error === null) ? null : (
          <label class="field">
            <span>{t.start.task}</span>
            <select value={task} disabled={isBusy} onChange={(event) => setTask(event.currentTarget.value)}>
              <option value="">{t.start.chooseTask}</option>
              {me.tasks.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <div aria-live="polite">
          {isReading ? <p class="quiet">{t.start.reading}</p> : null}
          {error === null ? null : <p class="banner bad">{error}</p>}
          {upload === null ? null : <Understood upload={upload} />}
          {running === null ? null : (
            <p class="banner">
              {t.start.running}{' '}
              <a href={hashOf({ batch: running.batchId, row: null, params: {} })}>{running.batchId}</a>
            </p>
          )}
        </div>
        <div class="dialog-end">
          <button type="button" disabled={isBusy} onClick={(event) => closeDialogOf(event.currentTarget)}>
            {t.dialog.cancel}
          </button>
          <button type="submit" class="primary" disabled={startable === 0 || isBusy || running !== null}>
            {upload === null ? t.start.title : t.start.confirm(format.number(startable), startable)}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
