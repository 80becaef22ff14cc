import type { OfficeLine } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';

interface TransitCellProps {
  transit: OfficeLine['transit'];
  longestHours: number;
}

/** How long parcels were on the way: the dark bar ends at the median, the light one at the ninetieth percentile. */
export function TransitCell({ transit, longestHours }: TransitCellProps) {
  const { t, format } = useSurroundings();
  if (transit === null) return <span class="quiet">{t.report.notKnown}</span>;
  const { medianHours, p90Hours } = transit;
  const x = (hours: number): string => ((100 * hours) / longestHours).toFixed(1);
  return (
    <span class="transit">
      {t.report.hours(format.number(medianHours), format.number(p90Hours))}
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <path class="tone-quiet" d={`M0 0H${x(p90Hours)}V1H0Z`} />
        <path class="tone-info" d={`M0 0H${x(medianHours)}V1H0Z`} />
      </svg>
    </span>
  );
}
