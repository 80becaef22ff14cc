import type { RowReport } from '../../src/http/api/contract.ts';
import { textOf } from '../texts/codes.ts';
import type { Codes } from '../texts/codes.ts';

/** A row's status in words, with why; of `unknown` that alone. Null: it has none. */
export function statusWords(
  { notRegistered, status: statuses, subStatus: subStatuses }: Codes,
  {
    status,
    subStatus,
    statusText,
    notRegisteredDay,
  }: Pick<RowReport, 'status' | 'subStatus' | 'statusText' | 'notRegisteredDay'>,
): string | null {
  if (status === null) return null;
  if (notRegisteredDay !== null) return notRegistered(String(notRegisteredDay));
  const isUnknownText = status === 'unknown' && subStatus === null && statusText !== null;
  const why = isUnknownText ? 'unknown-text' : subStatus;
  if (why === null) return textOf(statuses, status);
  const words = textOf(subStatuses, why);
  return status === 'unknown' ? words : `${textOf(statuses, status)} · ${words}`;
}
