import { CallbackError } from './error.ts';

const NEXTCLOUD_CALLBACK = 'nextcloud_callback';
/** Ours: the rest of a callback's query is Nextcloud's (`doc`, which tells it the document). */
const OWN_PARAMETERS = new Set(['path', 'file_path', NEXTCLOUD_CALLBACK]);

function malformed(text: string): CallbackError {
  return new CallbackError('CALLBACK_MALFORMED', text);
}

function addressIn(given: string, callbackUrl: string | null): URL {
  if (callbackUrl === null) throw malformed('nextcloud_callback needs ONLYOFFICE_CALLBACK_URL to be set');
  const url = URL.canParse(given, callbackUrl) ? new URL(given, callbackUrl) : null;
  if (
    url === null ||
    url.origin !== new URL(callbackUrl).origin ||
    url.username !== '' ||
    url.password !== ''
  )
    throw malformed('nextcloud_callback is not where ONLYOFFICE_CALLBACK_URL is');
  return url;
}

/**
 * Where a callback with this query (as it came, without `?`) goes on to: `nextcloud_callback` where it has one, else
 * `ONLYOFFICE_CALLBACK_URL`, with its own query first and what is not ours of the callback's after it; null: nowhere.
 *
 * @throws {CallbackError} `CALLBACK_MALFORMED`: `nextcloud_callback` has another origin than `ONLYOFFICE_CALLBACK_URL`
 */
export function forwardTarget(callbackUrl: string | null, query: string): URL | null {
  const given = new URLSearchParams(query).getAll(NEXTCLOUD_CALLBACK);
  if (given.length > 1) throw malformed('nextcloud_callback is given more than once');
  const target =
    given[0] === undefined ? callbackUrl && new URL(callbackUrl) : addressIn(given[0], callbackUrl);
  if (!target) return null;
  const passedOn = query
    .split('&')
    .filter(
      (part) =>
        part !== '' && ![...new URLSearchParams(part).keys()].some((name) => OWN_PARAMETERS.has(name)),
    );
  // Joined as text: parsed and written again, a parameter may look different.
  target.search = [target.search.slice(1), ...passedOn].filter((part) => part !== '').join('&');
  return target;
}
