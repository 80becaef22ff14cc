/** An answer that is no success; `text` is the server's one line. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

/** Whether the server is away, or somebody in front of it says so; otherwise it answered, and says no. */
export function isAway(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 502;
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The body as text. Revalidated each time: what has not changed is a 304 without a body, which the browser fills in. */
export async function getText(path: string, signal: AbortSignal): Promise<string> {
  return answered(await fetch(path, { cache: 'no-cache', signal }));
}

/** A change: JSON, or a file as it is. */
export async function post<Answer>(path: string, body?: object | File): Promise<Answer> {
  const isFile = body instanceof File;
  const type = isFile ? 'application/octet-stream' : 'application/json';
  const text = await answered(
    await fetch(path, {
      method: 'POST',
      headers: body === undefined ? {} : { 'content-type': type },
      ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
    }),
  );
  return (text === '' ? null : JSON.parse(text)) as Answer;
}

async function answered(response: Response): Promise<string> {
  // The server answers the next load with its sign-in form.
  if (response.status === 401) location.reload();
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, errorOf(text) ?? `HTTP ${response.status}`);
  return text;
}

function errorOf(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : null;
  } catch {
    return null;
  }
}

/** The part of a path or query that says which; what is empty or absent is left out of the query. */
export function query(parts: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(parts).flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

export const batchPath = (batchId: string): string => `/api/batches/${encodeURIComponent(batchId)}`;

/** Where `crypto.randomUUID` is missing, over plain HTTP beyond this machine, it is made by hand. */
export function requestId(): string {
  if ('randomUUID' in crypto) return crypto.randomUUID();
  const bytes = (crypto as Crypto).getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
