export const LANGUAGES = ['ja', 'zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each in its own script, for whoever cannot read the present one. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  ja: '日本語',
  zh: '简体中文',
  en: 'English',
};

/** What `<html lang>` says: it picks the glyphs, too. */
export const LANGUAGE_TAGS: Readonly<Record<Language, string>> = { ja: 'ja', zh: 'zh-CN', en: 'en' };

const KEY = 'tsuiseki.language';

const isLanguage = (text: string): text is Language => (LANGUAGES as readonly string[]).includes(text);

/** The one chosen here before, else the browser's first that there is, else English. */
export function firstLanguage(): Language {
  const wanted = [stored(), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
  return wanted.find(isLanguage) ?? 'en';
}

/** Without storage the choice lasts until the page is loaded again. */
export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    return;
  }
}

function stored(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}
