/**
 * Why a row has no result, as a code, told by the text that stands with it: SQL's LIKE patterns, the first that fits. The
 * text stays what people read; codes are for grouping, filtering and other languages. Known to the browser, too.
 */
const PATTERNS = {
  'empty-cell': ['the input cell is empty'],
  'lost-digits': ['%has lost its last digits%'],
  'no-number': ['%is no tracking number:%'],
  'no-order': ['the input cell holds no %'],
  'no-email': ['the e-mail cell holds no %'],
  'no-address': ['the link of the input cell %', 'the URL %'],
  'perhaps-published': ['perhaps published:%'],
  'given-up': ['given up by %'],
  cancelled: ['cancelled before %'],
  'empty-page': ['its page came back empty', 'no record came back for its URL'],
  'page-failed': ['its page could not be loaded'],
  'no-fields': ["%hold none of the task's fields"],
  'other-sitemap': ['the CSV has none of the columns %'],
  unreadable: ['expected a CSV%', 'the CSV cannot be read %', 'its result could not be read %'],
  'job-stopped': ['scraping job % ended % without records'],
  'job-gone': ['Web Scraper Cloud answered 404 %'],
  'no-answer': ['nothing has moved over %', 'its job ended without a result %'],
  'went-by-japan-post': ['went by Japan Post%'],
  'publish-refused': ['Web Scraper Cloud answered 4__ to a publish', 'Web Scraper Cloud refused a publish'],
  'api-away': ['Web Scraper Cloud%', 'a proxy on the way %'],
  'carrier-other-page': ["Yamato's page%", "%that is not Yamato's page%"],
  'carrier-away': ['% attempts)'],
  other: ['%'],
} as const satisfies Record<string, readonly string[]>;

export type Reason = keyof typeof PATTERNS;

export const REASONS = Object.keys(PATTERNS) as Reason[];

/** Each code with its patterns, in the order in which they are tried. */
export const REASON_PATTERNS: readonly (readonly [Reason, readonly string[]])[] = REASONS.map((reason) => [
  reason,
  PATTERNS[reason],
]);

const MATCHERS = REASON_PATTERNS.map(
  ([reason, patterns]) => [reason, patterns.map((pattern) => likeRegExp(pattern))] as const,
);

function likeRegExp(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 's');
}

/** The reason that a row's error stands for. */
export function reasonOf(error: string): Reason {
  return MATCHERS.find(([, patterns]) => patterns.some((pattern) => pattern.test(error)))?.[0] ?? 'other';
}
