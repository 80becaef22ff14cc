/**
 * Base of every error this project throws on purpose: one line for people (what, where, what to do),
 * a stable `code` for programs, and the `cause` it came from.
 */
export abstract class TsuisekiError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The text of anything thrown: one line, at most `maxLength` characters. */
export function errorMessage(error: unknown, maxLength = 500): string {
  const told = isFailedQuery(error) ? error.cause : error;
  const text = told instanceof Error ? told.message : String(told);
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}

/** drizzle's own message holds the query and its parameters, and with them people's data: only its cause is told. */
function isFailedQuery(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('Failed query:') && error.cause !== undefined;
}

/**
 * The text of what an error came from: a query builder's error tells the query and not why it failed, and several
 * addresses refused are an error without a text of its own.
 */
export function rootMessage(error: unknown, maxLength = 500): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return rootMessage(error.errors[0], maxLength);
  if (error instanceof Error && error.cause instanceof Error) return rootMessage(error.cause, maxLength);
  return errorMessage(error, maxLength);
}

/** For the `default` of an exhaustive `switch`: a new case left out is a type error. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
