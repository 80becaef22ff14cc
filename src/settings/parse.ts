/** Parsers of single settings: each takes the text and gives the value, or throws what is allowed. */
export type Parser<T> = (text: string) => T;

function refuse(allowed: string): never {
  throw new RangeError(allowed);
}

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION_FORM = 'a duration such as 500ms, 6s, 15m, 5h or 180d';

/** A year: what is longer is a slip, and no interval of Postgres or timer of Temporal has to bear it. */
const MAX_DURATION_MS = 8_760 * 3_600_000;

/** `500ms`, `6s`, `15m`, `5h`, `180d` to whole milliseconds; what is more than nothing stays more than nothing. */
export const duration: Parser<number> = (text) => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  if (amount === undefined || unit === undefined) return refuse(DURATION_FORM);
  const exactMs = Number(amount) * (DURATION_UNITS_MS[unit] ?? 0);
  if (exactMs > MAX_DURATION_MS) return refuse(`${DURATION_FORM}, at most 8760h`);
  return exactMs > 0 ? Math.max(1, Math.round(exactMs)) : 0;
};

/** A duration of more than nothing. */
export const positiveDuration: Parser<number> = (text) => {
  const ms = duration(text);
  return ms > 0 ? ms : refuse(`${DURATION_FORM}, more than 0`);
};

export function wholeNumber(min: number, max: number): Parser<number> {
  return (text) => {
    const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : refuse(`a whole number from ${min} to ${max}`);
  };
}

export function url(...protocols: string[]): Parser<string> {
  return (text) => {
    const trimmed = text.trim();
    const parsed = URL.canParse(trimmed) ? new URL(trimmed) : null;
    return parsed !== null && protocols.includes(parsed.protocol) && parsed.hostname !== ''
      ? trimmed
      : refuse(`a URL beginning ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
  };
}

/** As `url`, without slashes at its end: what is below it is joined with one. */
export function baseUrl(...protocols: string[]): Parser<string> {
  const parse = url(...protocols);
  return (text) => parse(text).replace(/\/+$/, '');
}

/** As `url`, with one slash at its end: what is below it is resolved against it. */
export function folderUrl(...protocols: string[]): Parser<string> {
  const parse = baseUrl(...protocols);
  return (text) => `${parse(text)}/`;
}

export const nonEmpty: Parser<string> = (text) => (text.trim() === '' ? refuse('a text') : text.trim());

export function oneOf<T extends string>(...values: T[]): Parser<T> {
  return (text) => values.find((value) => value === text.trim()) ?? refuse(`one of ${values.join(', ')}`);
}

export const commaList: Parser<string[]> = (text) => {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return items.length > 0 ? items : refuse('one or more texts, separated by commas');
};

const LAST_COLUMN = 'XFD';

export const columnLetter: Parser<string> = (text) => {
  const letters = text.trim().toUpperCase();
  const known = /^[A-Z]{1,2}$/.test(letters) || (/^[A-Z]{3}$/.test(letters) && letters <= LAST_COLUMN);
  return known ? letters : refuse('a column letter such as D');
};

/** A value for all tasks and values for some of them, by custom_id prefix. */
export interface ByTask<T> {
  all: T;
  tasks: Readonly<Record<string, T>>;
}

/** `1,owt=100`: entries without a prefix are joined into the value for all; `prefix=value` is for one task. */
export function byTask<T>(prefixes: readonly string[], all: T, parse: Parser<T>): Parser<ByTask<T>> {
  return (text) => {
    const known = `the task is one of ${prefixes.join(', ')}`;
    const plain: string[] = [];
    const named = new Map<string, string[]>();
    let current = plain;
    for (const part of text.split(',').map((item) => item.trim())) {
      const equals = part.indexOf('=');
      if (equals === -1) {
        current.push(part);
        continue;
      }
      const prefix = part.slice(0, equals).trim();
      if (!prefixes.includes(prefix)) return refuse(known);
      if (named.has(prefix)) return refuse(`${prefix} given once`);
      current = [part.slice(equals + 1)];
      named.set(prefix, current);
    }
    return {
      all: plain.length > 0 ? parse(plain.join(',')) : all,
      tasks: Object.fromEntries([...named].map(([prefix, parts]) => [prefix, parse(parts.join(','))])),
    };
  };
}

export const columns: Parser<{ input: string; email: string; result: string }> = (text) => {
  const [input, email, result, more] = text.split(',').map((letter) => columnLetter(letter));
  if (input === undefined || email === undefined || result === undefined || more !== undefined)
    return refuse('three column letters: input, e-mail, result, such as A,B,C');
  return new Set([input, email, result]).size === 3
    ? { input, email, result }
    : refuse('three different columns');
};

/** `name=value`, comma-separated, values percent-encoded, as OpenTelemetry has headers in one variable. */
export const headerList: Parser<Readonly<Record<string, string>>> = (text) =>
  Object.fromEntries(
    commaList(text).map((each) => {
      const [, name, value] = /^([\w!#$%&'*+.^`|~-]+)\s*=\s*([\x20-\x7e]+)$/.exec(each) ?? [];
      const encoded = value !== undefined && /^(?:[^%]|%[\da-f]{2})+$/i.test(value);
      return name === undefined || !encoded
        ? refuse('name=value, comma-separated, values percent-encoded')
        : [name.toLowerCase(), decodeURIComponent(value)];
    }),
  );
