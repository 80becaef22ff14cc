import { FINDING_KINDS } from '../../chaos/audit.ts';
import { runChaos, TROUBLES } from '../../chaos/run.ts';
import type { Part } from '../part.ts';

const MINUTES = 10;
/** A hundred in ten minutes. */
const LEAST_A_MINUTE = 10;
/** As `npm run chaos` has them. */
const BOUND_MS = 300_000;
const LONGEST_STOP_MS = 90_000;

export interface ChaosPartOptions {
  name: string;
  minutes: number;
  seed: string;
  cluster: boolean;
  longestStopMs: number;
}

/** The chaos suite with all its troubles and one seed: what it does, and its four findings. */
export function chaosPart({
  name,
  minutes: unlessGiven,
  seed,
  cluster,
  longestStopMs,
}: ChaosPartOptions): Part {
  return {
    name,
    async run({ figure, note, progress, cleanup, minutes: given }) {
      const minutes = given ?? unlessGiven;
      const report = await runChaos(
        {
          minutes,
          seed,
          troubles: new Set(TROUBLES),
          cluster,
          boundMs: BOUND_MS,
          longestStopMs,
          progress,
          signal: cleanup.interrupted,
        },
        cleanup,
      );
      const { kill = 0, stop = 0 } = report.did;
      const least = Math.round(minutes * LEAST_A_MINUTE);
      figure({
        figure: `chaos: kills and stops in ${minutes} minutes`,
        mustReach: `≥ ${least}`,
        measured: kill + stop,
        unit: '',
        ok: kill + stop >= least,
      });
      for (const kind of FINDING_KINDS)
        figure({
          figure: `chaos: ${kind}`,
          mustReach: '0',
          measured: report.figures[kind],
          unit: '',
          ok: report.figures[kind] === 0,
        });
      note(`seed ${seed}; all was right ${report.settledSeconds} s after the last of it`);
      note(JSON.stringify(report.did));
      for (const { kind, what } of report.findings) note(`${kind}: ${what}`);
      if (report.evidence !== null) note(`logs and tables: ${report.evidence}`);
    },
  };
}

export const chaos = chaosPart({
  name: 'chaos',
  minutes: MINUTES,
  seed: 'durability',
  cluster: false,
  longestStopMs: LONGEST_STOP_MS,
});
