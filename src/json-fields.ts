/** Longer texts are no id, status or token of anybody's. */
const MAX_SHORT_TEXT_LENGTH = 255;

/** The fields of what came as JSON or a form; none where it is no object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A text of 1 to 255 characters; null for anything else, and for what Postgres could not hold as text. */
export function shortText(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > MAX_SHORT_TEXT_LENGTH) return null;
  return value.includes('\0') ? null : value;
}
