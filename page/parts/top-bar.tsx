import { post } from '../api.ts';
import { useSurroundings } from '../surroundings.ts';
import { LANGUAGE_NAMES, LANGUAGE_TAGS, LANGUAGES } from '../texts/language.ts';
import type { Language } from '../texts/language.ts';

interface TopBarProps {
  language: Language;
  onLanguage: (language: Language) => void;
}

export function TopBar({ language, onLanguage }: TopBarProps) {
  const { t, me } = useSurroundings();
  return (
    <header class="top">
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>('main')?.focus()}>
        {t.app.skip}
      </button>
      <a class="brand" href="#/">
        <img src="/page/icon.svg" alt="" width="24" height="24" />
        <strong>Tsuiseki</strong>
        <span class="quiet">{t.app.subtitle}</span>
      </a>
      <div class="top-end">
        <a href="#/report">{t.report.title}</a>
        {me.name === '' ? null : (
          <span class="who">
            {me.name}
            {me.role === 'viewer' ? <span class="tag">{t.app.viewer}</span> : null}
          </span>
        )}
        {me.canSignOut ? (
          <button type="button" class="plain" onClick={() => void signOut()}>
            {t.app.signOut}
          </button>
        ) : null}
        <select
          aria-label={t.app.language}
          value={language}
          onChange={(event) => onLanguage(event.currentTarget.value as Language)}
        >
          {LANGUAGES.map((each) => (
            <option key={each} value={each} lang={LANGUAGE_TAGS[each]}>
              {LANGUAGE_NAMES[each]}
            </option>
          ))}
        </select>
      </div>
    </header>
  );
}

async function signOut(): Promise<void> {
  await post('/sign-out').catch(() => null);
  location.reload();
}
