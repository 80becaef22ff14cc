import { FINDING_KINDS } from '../../chaos/audit.ts';
import { runChaos, TROUBLES } from '../../chaos/run.ts';
import type { Part } from '../part.ts';

const MINUTES = 10;
const SEED = 'durability';
/** A hundred in ten minutes. */
const LEAST_A_MINUTE = 10;
/** As `npm run chaos` has them. */
const BOUND_MS = 300_000;
const LONGEST_STOP_MS = 90_000;

/** The chaos suite with all its troubles and one seed: what it does, and its four findings. */
export const chaos: Part = {
  name: 'chaos',
  async run({ figure, note, progress, cleanup, minutes: given }) {
    const minutes = given ?? MINUTES;
    const report = await runChaos(
      {
        minutes,
        seed: SEED,
        troubles: new Set(TROUBLES),
        boundMs: BOUND_MS,
        longestStopMs: LONGEST_STOP_MS,
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
    note(`seed ${SEED}; all was right ${report.settledSeconds} s after the last of it`);
    note(JSON.stringify(report.did));
    for (const { kind, what } of report.findings) note(`${kind}: ${what}`);
    if (report.evidence !== null) note(`logs and tables: ${report.evidence}`);
  },
};
