import type { OfficeLine, ReportView } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';
import { textOf } from '../texts/codes.ts';
import { TransitCell } from './transit-cell.tsx';

type Parcels = Pick<OfficeLine, 'delivered' | 'firstAttempt' | 'returned' | 'transit'>;

/** Of all lines of a table, so that their pictures can be compared. */
const longestOf = (lines: readonly Parcels[]): number =>
  Math.max(1, ...lines.map(({ transit }) => transit?.p90Hours ?? 0));

function useCarrierName(): (carrier: string | null) => string {
  const { t } = useSurroundings();
  return (carrier) => (carrier === null ? t.report.noCarrier : textOf(t.codes.carrier, carrier));
}

function ParcelHeads() {
  const { t } = useSurroundings();
  return (
    <>
      <th scope="col" class="end">
        {t.report.delivered}
      </th>
      <th scope="col" class="end">
        {t.report.firstAttempt}
      </th>
      <th scope="col" class="end">
        {t.report.returned}
      </th>
      <th scope="col">{t.report.transit}</th>
    </>
  );
}

function ParcelCells({ line, longestHours }: { line: Parcels; longestHours: number }) {
  const { format } = useSurroundings();
  const { delivered, firstAttempt, returned, transit } = line;
  return (
    <>
      <td class="end">{format.number(delivered)}</td>
      <td class="end">{delivered === 0 ? '–' : format.percent(firstAttempt / delivered)}</td>
      <td class="end">{format.number(returned)}</td>
      <td>
        <TransitCell transit={transit} longestHours={longestHours} />
      </td>
    </>
  );
}

export function CarrierTable({ carriers }: Pick<ReportView, 'carriers'>) {
  const { t, format } = useSurroundings();
  const carrierName = useCarrierName();
  if (carriers.length === 0) return null;
  const longestHours = longestOf(carriers);
  return (
    <section class="card wide" aria-labelledby="report-carriers">
      <h2 id="report-carriers">{t.report.carriers}</h2>
      <div
        class="scroll short"
        role="region"
        aria-label={`${t.report.carriers}: ${t.account.table}`}
        tabIndex={0}
      >
        <table class="dense">
          <thead>
            <tr>
              <th scope="col">{t.report.carrier}</th>
              <ParcelHeads />
              <th scope="col" class="end">
                {t.report.open}
              </th>
              <th scope="col" class="end">
                {t.report.stalled}
              </th>
            </tr>
          </thead>
          <tbody>
            {carriers.map((line) => (
              <tr key={line.carrier}>
                <th scope="row">{carrierName(line.carrier)}</th>
                <ParcelCells line={line} longestHours={longestHours} />
                <td class="end">{format.number(line.open)}</td>
                <td class="end">
                  <span class={line.stalled > 0 ? 'bad-text' : ''}>{format.number(line.stalled)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface OfficeTableProps {
  title: string;
  offices: readonly OfficeLine[];
  /** How many more there are. */
  left: number;
}

export function OfficeTable({ title, offices, left }: OfficeTableProps) {
  const { t, format } = useSurroundings();
  const carrierName = useCarrierName();
  if (offices.length === 0) return null;
  const longestHours = longestOf(offices);
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      <div class="scroll short" role="region" aria-label={`${title}: ${t.account.table}`} tabIndex={0}>
        <table class="dense">
          <thead>
            <tr>
              <th scope="col">{t.report.office}</th>
              <ParcelHeads />
            </tr>
          </thead>
          <tbody>
            {offices.map((line) => (
              <tr key={`${line.carrier} ${line.office}`}>
                <th scope="row">
                  {line.office} <span class="quiet small">{carrierName(line.carrier)}</span>
                </th>
                <ParcelCells line={line} longestHours={longestHours} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {left === 0 ? null : <p class="quiet small">{t.report.more(format.number(left))}</p>}
    </section>
  );
}
