import { useAwaySince } from '../connection.ts';
import { useSurroundings } from '../surroundings.ts';
import { Icon } from './icon.tsx';

/** Always there, so that a screen reader hears what comes into it. */
export function NoConnection() {
  const { t, format } = useSurroundings();
  const since = useAwaySince();
  return (
    <div role="status" aria-live="polite">
      {since === null ? null : (
        <p class="banner bad">
          <Icon name="warn" />
          {t.app.noConnection(format.time(since))}
        </p>
      )}
    </div>
  );
}
