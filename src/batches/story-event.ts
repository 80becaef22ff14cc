export type StoryWhat =
  | 'imported'
  | 'published'
  | 'notified'
  | 'asked'
  | 'downloaded'
  | 'result'
  | 'redirected'
  | 'failed'
  | 'action'
  | 'written';

/** One thing that happened to a row. */
export interface Happening {
  at: Date;
  what: StoryWhat;
  details: string;
}

/** As `explain --json` gives it (interface section 2). */
export interface StoryEvent {
  at: string;
  what: StoryWhat;
  details: string;
}

/** The server alone: order URLs hold a person's address. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'a URL');

/** For people who need not know whose parcel it is: of a URL the host, of an e-mail address nothing. */
export function toStoryEvent({ at, what, details }: Happening): StoryEvent {
  const told = details
    .replaceAll(/https?:\/\/[^\s"'<>]+/g, hostOf)
    .replaceAll(/[^\s@"'<>:;,()]+[@＠][^\s@＠"'<>:;,()]+/g, '(an e-mail address)');
  return { at: at.toISOString(), what, details: told };
}
