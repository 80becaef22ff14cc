import { errorMessage, rootMessage, TsuisekiError } from '../errors.ts';

/** `doctor --json`: one of these a check. */
export interface Check {
  check: string;
  ok: boolean;
  details: string;
}

export type Finding = Pick<Check, 'ok' | 'details'>;

export const good = (details: string): Finding => ({ ok: true, details });
export const bad = (details: string): Finding => ({ ok: false, details });

/** What throws has failed, with its reason. */
export async function check(name: string, look: () => Promise<Finding>): Promise<Check> {
  try {
    return { check: name, ...(await look()) };
  } catch (error) {
    const ours = error instanceof TsuisekiError;
    return { check: name, ...bad(ours ? errorMessage(error, 300) : rootMessage(error, 300)) };
  }
}
