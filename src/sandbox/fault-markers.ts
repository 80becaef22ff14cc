import { withCheckDigit } from './check-digit.ts';
import type { FaultKind } from './fault-kinds.ts';
import { isFaultKind, NUMBER_CODES } from './fault-kinds.ts';

/** A fault asked for by the text of a start URL or a number itself. */
export interface FaultMarker {
  kind: FaultKind;
  /** It strikes this many times for this text, then no more; null: always. */
  times: number | null;
}

const MARKER = /sandbox(?:=|%3D)([a-z0-9:,-]+(?:%2C[a-z0-9:,-]+)*)/gi;
const NUMBER = /(?<!\d)9990(\d{2})\d{6}(?!\d)/g;

/**
 * The faults written into a start URL (`sandbox=publish-500`, several as `sandbox=a,b`, only the first two times as
 * `sandbox=publish-500:2`) or into a number in it (`9990`, code, five digits, check digit). Unknown words are ignored.
 */
export function markersIn(text: string): FaultMarker[] {
  const markers: FaultMarker[] = [];
  for (const [, list = ''] of text.matchAll(MARKER)) {
    for (const word of list.toLowerCase().split(/,|%2c/)) {
      const [kind = '', times] = word.split(':');
      if (isFaultKind(kind)) markers.push({ kind, times: times === undefined ? null : Number(times) || 0 });
    }
  }
  for (const [, code = ''] of text.matchAll(NUMBER)) {
    const kind = NUMBER_CODES[code];
    if (kind !== undefined) markers.push({ kind, times: null });
  }
  return markers;
}

/** A number with a right check digit that asks for this fault; `serial` (0–99999) tells several apart. */
export function numberWithFault(kind: FaultKind, serial = 0): string {
  const code = Object.keys(NUMBER_CODES).find((candidate) => NUMBER_CODES[candidate] === kind);
  if (code === undefined)
    throw new RangeError(`no number asks for ${kind}; put sandbox=${kind} into the URL`);
  return withCheckDigit(Number(`9990${code}${String(serial).padStart(5, '0')}`));
}
