/** `{tracking_number}`, `{tracking_number_7}`, `{random:1-173}`. */
const PLACE = /\{(?:tracking_number(?:_(\d+))?|random:(\d+)-(\d+))\}/g;
const SINGLE_NUMBER = '{tracking_number}';

/**
 * A task's start URL for some numbers: `{tracking_number}` is the first, `{tracking_number_N}` the Nth or nothing,
 * `{random:A-B}` a whole number from A to B, both included. `random` answers from 0 up to, not including, 1.
 */
export function fillUrlTemplate(
  template: string,
  numbers: readonly string[],
  random: () => number = Math.random,
): string {
  return template.replaceAll(PLACE, (_, nth?: string, from?: string, to?: string) => {
    if (from !== undefined && to !== undefined) {
      return String(Number(from) + Math.floor(random() * (Number(to) - Number(from) + 1)));
    }
    return encodeURIComponent(numbers[Number(nth ?? 1) - 1] ?? '');
  });
}

/** What stands in a URL where its template has the tracking number; null for any other URL. */
export function numberInUrl(template: string, url: string): string | null {
  const [head] = template.split(SINGLE_NUMBER);
  if (head === undefined || head === template || !url.startsWith(head)) return null;
  return /^[^&#]*/.exec(url.slice(head.length))?.[0] ?? null;
}
