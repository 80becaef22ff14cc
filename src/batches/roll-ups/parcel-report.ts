import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { CarrierName } from '../../carriers/status.ts';
import type { Queries } from '../../db/database.ts';
import type { CarrierLine, LaneLine, OfficeLine, OpenLine, Report } from './report.ts';
import { addTo, weightedPercentile } from './weighted.ts';

interface Counted extends Record<string, unknown> {
  carrier: CarrierName | '';
  from: string;
  to: string;
  outcome: 'delivered' | 'returned';
  hours: number;
  parcels: number;
  firstAttempt: number;
  minutes: number;
}

/** Sums over some of what was counted. */
class ParcelSum {
  #delivered = 0;
  #firstAttempt = 0;
  #returned = 0;
  #minutes = 0;
  readonly #hours = new Map<number, number>();

  add({ outcome, hours, parcels, firstAttempt, minutes }: Counted): void {
    if (outcome === 'returned') {
      this.#returned += parcels;
      return;
    }
    this.#delivered += parcels;
    this.#firstAttempt += firstAttempt;
    if (hours < 0) return;
    this.#minutes += minutes;
    addTo(this.#hours, hours, parcels);
  }

  counts(): Omit<OfficeLine, 'carrier' | 'office'> {
    const parcels = [...this.#hours.values()].reduce((sum, count) => sum + count, 0);
    const transit =
      parcels === 0
        ? null
        : {
            parcels,
            meanHours: Math.round((this.#minutes / parcels / 60) * 10) / 10,
            medianHours: weightedPercentile(this.#hours, 0.5) ?? 0,
            p90Hours: weightedPercentile(this.#hours, 0.9) ?? 0,
          };
    const [delivered, firstAttempt, returned] = [this.#delivered, this.#firstAttempt, this.#returned];
    return { delivered, firstAttempt, returned, transit };
  }
}

/** One sum for each that `nameOf` gives, those with most parcels first; null: counted in none. */
function sumsBy<Name extends readonly string[]>(
  counted: readonly Counted[],
  nameOf: (each: Counted) => Name | null,
): { name: Name; counts: ReturnType<ParcelSum['counts']> }[] {
  const sums = new Map<string, { name: Name; sum: ParcelSum }>();
  for (const each of counted) {
    const name = nameOf(each);
    if (name === null) continue;
    const key = JSON.stringify(name);
    const known = sums.get(key) ?? { name, sum: new ParcelSum() };
    known.sum.add(each);
    sums.set(key, known);
  }
  const all = [...sums.values()].map(({ name, sum }) => ({ name, counts: sum.counts() }));
  const size = ({ counts }: (typeof all)[number]) => counts.delivered + counts.returned;
  return all.sort((one, other) => size(other) - size(one) || (one.name.join() < other.name.join() ? -1 : 1));
}

const carrierOf = (carrier: string) => (carrier === '' ? null : (carrier as CarrierName));

/** What became of parcels on the days that `days` means, a condition on a column `day`. */
export async function parcelReport(
  queries: Queries,
  days: SQL,
): Promise<Pick<Report, 'carriers' | 'origins' | 'destinations' | 'lanes' | 'open'>> {
  const counted = await queries.execute<Counted>(sql`
    select carrier, from_office as "from", to_office as "to", outcome, hours, sum(parcels)::int as parcels,
           sum(first_attempt)::int as "firstAttempt", sum(minutes)::float8 as minutes
    from parcel_roll_ups where ${days} group by 1, 2, 3, 4, 5`);
  const open = await queries.execute<OpenLine & Record<string, unknown>>(sql`
    select day::text, nullif(carrier, '') as carrier, open, stalled from open_parcels where ${days} order by day, carrier`);
  const officeLines = (office: 'from' | 'to') =>
    sumsBy(counted, (each) => (each[office] === '' ? null : ([each.carrier, each[office]] as const))).map(
      ({ name: [carrier, name], counts }): OfficeLine => ({
        carrier: carrierOf(carrier),
        office: name,
        ...counts,
      }),
    );
  const lanes = sumsBy(counted, ({ carrier, from, to }) =>
    from === '' || to === '' ? null : ([carrier, from, to] as const),
  ).map(({ name: [carrier, from, to], counts }): LaneLine => ({
    carrier: carrierOf(carrier),
    from,
    to,
    ...counts,
  }));
  const origins = officeLines('from');
  return { carriers: carrierLines(counted, open), origins, destinations: officeLines('to'), lanes, open };
}

function carrierLines(counted: readonly Counted[], open: readonly OpenLine[]): CarrierLine[] {
  const last = open.at(-1)?.day;
  const openNow = open.filter(({ day }) => day === last);
  const moved = sumsBy(counted, ({ carrier }) => [carrier] as const).map(
    ({ name: [carrier], counts }): CarrierLine => {
      const own = openNow.find((each) => each.carrier === carrierOf(carrier));
      return { carrier: carrierOf(carrier), ...counts, open: own?.open ?? 0, stalled: own?.stalled ?? 0 };
    },
  );
  const others = openNow.filter((each) => moved.every(({ carrier }) => carrier !== each.carrier));
  const none = new ParcelSum().counts();
  return [
    ...moved,
    ...others.map(({ carrier, open: count, stalled }) => ({ carrier, ...none, open: count, stalled })),
  ];
}
