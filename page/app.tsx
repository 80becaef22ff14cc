import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Me } from '../src/http/api/contract.ts';
import { AlertsPage } from './alerts/alerts-page.tsx';
import { BatchPage } from './batch/batch-page.tsx';
import { formatFor } from './format.ts';
import { useLive } from './live.ts';
import { Overview } from './overview/overview.tsx';
import { NoConnection } from './parts/no-connection.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { ReportPage } from './report/report-page.tsx';
import { useRoute } from './router.ts';
import { useScrollMemory } from './scroll-memory.ts';
import { NOBODY, Surrounding } from './surroundings.ts';
import { en } from './texts/en.ts';
import { ja } from './texts/ja.ts';
import { firstLanguage, keepLanguage, LANGUAGE_TAGS } from './texts/language.ts';
import type { Language } from './texts/language.ts';
import { zh } from './texts/zh.ts';

const TEXTS = { en, ja, zh } as const;
/** Who looks changes only where a setting was changed. */
const ME_EVERY_MS = 60_000;

function App() {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const { data: me, error } = useLive<Me>('/api/me', ME_EVERY_MS);
  const route = useRoute();
  useScrollMemory(route.batch ?? route.list ?? '');
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[language];
  }, [language]);
  const surroundings = useMemo(
    () => ({
      t: TEXTS[language],
      format: formatFor(language),
      me: me ?? NOBODY,
      mayAct: me?.role === 'operator',
    }),
    [language, me],
  );
  const { t } = surroundings;

  function choose(chosen: Language): void {
    keepLanguage(chosen);
    setLanguage(chosen);
  }

  return (
    <Surrounding.Provider value={surroundings}>
      <TopBar language={language} onLanguage={choose} />
      <NoConnection />
      <main id="main" tabIndex={-1}>
        {me === null ? (
          <p class="quiet" role="status">
            {error ?? t.app.loading}
          </p>
        ) : route.batch !== null ? (
          <BatchPage key={route.batch} batchId={route.batch} route={route} />
        ) : route.list === 'alerts' ? (
          <AlertsPage route={route} />
        ) : route.list === 'report' ? (
          <ReportPage route={route} />
        ) : (
          <Overview route={route} />
        )}
      </main>
      <footer>{me === null ? null : t.app.version(me.version)}</footer>
    </Surrounding.Provider>
  );
}

const root = document.querySelector('#app');
if (root !== null) render(<App />, root);
