import { monthDayTime } from '../../carriers/japan-time.ts';
import { judgeHistory } from '../../carriers/judge-history.ts';
import type { LearntTexts } from '../../carriers/text-meaning.ts';
import { yamatoHistory } from '../../carriers/yamato/parcel-history.ts';
import type { YamatoEvent, YamatoParcel } from '../../carriers/yamato/types.ts';
import { fieldText, joinFields } from '../fields.ts';
import type { RowResult } from '../result.ts';

/**
 * What Yamato's page says of a number, as a row's result (interface section 5): state, `MM月DD日 HH:MM` and office of
 * the latest event; of a number without events the state title alone.
 */
export function yamatoResult(parcel: YamatoParcel, answeredAt: Date, learnt?: LearntTexts): RowResult {
  const { number, stateText, events } = parcel;
  const last = events.at(-1);
  const history = yamatoHistory(parcel, answeredAt);
  return {
    text: joinFields(last === undefined ? [fieldText(stateText)] : fieldsOf(last)),
    trackingNumber: number,
    orderNumber: null,
    statusText: stateText,
    ...judgeHistory(history, learnt),
    history,
  };
}

function fieldsOf({ stateText, timeText, office }: YamatoEvent): string[] {
  return [stateText, monthDayTime(timeText) ?? timeText, office ?? ''].map(fieldText);
}
