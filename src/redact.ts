/** Web addresses may name an order; their hosts alone are told. */
const WEB_ADDRESS = /(https?:\/\/[^\s/?#"'<>]*)[/?#][^\s"'<>]*/giu;
/** E-mail addresses, and the user and password of a database's URL. */
const ADDRESS = /[^\s@/<>"'(),;=]+@[^\s@/<>"'(),;=]+/gu;
const SECRET = /((?:token|password|secret)=)[^&\s"']+/giu;

/** What stands in the place of a secret. */
export const MASK = '***';

/** Without what must stand in no history and no log. */
export function withoutPersonalData(text: string): string {
  // Without an @ the search for an address would take the square of a long text's length.
  const told = text.includes('@') ? text.replaceAll(ADDRESS, '…@…') : text;
  return told.replaceAll(WEB_ADDRESS, '$1/…').replaceAll(SECRET, `$1${MASK}`);
}

/** A log's line, every text in it without personal data and without these secrets. */
export function redactedLine(line: string, secrets: readonly string[]): string {
  const clean = (text: string) => {
    const told = secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
    return withoutPersonalData(told);
  };
  const fields: unknown = JSON.parse(line, (_key, value: unknown) =>
    typeof value === 'string' ? clean(value) : value,
  );
  return `${JSON.stringify(fields)}\n`;
}
