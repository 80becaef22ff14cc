import type { ParcelHistory } from '../history.ts';
import type { YamatoParcel } from './types.ts';

/** Stands where the page knows no date. */
const NO_DATE = '-';

/** What Yamato's page says of a number, in the form that all carriers' histories have. */
export function yamatoHistory(
  { number, stateText, date, events, product, windows, summary }: Omit<YamatoParcel, 'status'>,
  askedAt: Date,
): ParcelHistory {
  return {
    carrier: 'yamato',
    number,
    stateText,
    date,
    events: events.map((event) => ({
      stateText: event.stateText,
      timeText: event.timeText,
      at: event.at,
      office: event.office,
      region: null,
      details: event.officeUrl,
    })),
    estimates: windows.flatMap(({ label, text }) =>
      text === '' || text === NO_DATE ? [] : [{ origin: label, text }],
    ),
    product,
    summary,
    seenAt: askedAt.toISOString(),
  };
}
