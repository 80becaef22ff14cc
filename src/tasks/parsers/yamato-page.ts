import { monthDayTime } from '../../carriers/japan-time.ts';
import type { YamatoEvent, YamatoParcel } from '../../carriers/yamato/types.ts';
import { fieldText, joinFields } from '../fields.ts';
import type { RowResult } from '../result.ts';

/**
 * What Yamato's page says of a number, as a row's result (interface section 5): state, `MM月DD日 HH:MM` and office of
 * the latest event; of a number without events the state title alone.
 */
export function yamatoResult(parcel: YamatoParcel): RowResult {
  const { number, stateText, status, date, events } = parcel;
  const last = events.at(-1);
  return {
    text: joinFields(last === undefined ? [fieldText(stateText)] : fieldsOf(last)),
    trackingNumber: number,
    status,
    statusText: stateText,
    eventAt: last?.at ?? date,
  };
}

function fieldsOf({ stateText, timeText, office }: YamatoEvent): string[] {
  return [stateText, monthDayTime(timeText) ?? timeText, office ?? ''].map(fieldText);
}
