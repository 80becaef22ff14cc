import type { Figure } from '../part.ts';
import { percentile } from '../statistics.ts';
import type { MeasuredJob } from './run-job.ts';

/** Of bytes: 100 MB are less than 100 MiB. */
const MEGA = 1_000_000;

export const medianMs = (jobs: readonly MeasuredJob[]): number =>
  percentile(
    jobs.map(({ workMs }) => workMs),
    0.5,
  );

/** NaN where one of them is not known. */
export const peakMb = (jobs: readonly MeasuredJob[]): number =>
  Math.max(...jobs.map(({ peakBytes }) => (peakBytes ?? NaN) / MEGA));

/** The rival's time by the median of ours, both of the work alone. */
export function fasterFigure(
  what: string,
  theirs: MeasuredJob,
  ours: readonly MeasuredJob[],
  least: number,
): Figure {
  const times = theirs.workMs / medianMs(ours);
  return {
    figure: `${what}: exceljs's time ÷ ours`,
    mustReach: `≥ ${least}`,
    measured: times,
    unit: 'times',
    ok: times >= least,
  };
}

/** The worst of all runs. */
export function peakFigure(what: string, jobs: readonly MeasuredJob[], mostMb: number): Figure {
  const peak = peakMb(jobs);
  return {
    figure: `${what}: peak memory`,
    mustReach: `≤ ${mostMb} MB`,
    measured: peak,
    unit: 'MB',
    ok: peak <= mostMb,
  };
}

/** A count that must be exactly so. */
export function countFigure(figure: string, measured: number | null, wanted: number): Figure {
  return { figure, mustReach: String(wanted), measured, unit: '', ok: measured === wanted };
}

/** What explains the figures: times and memory of all runs, and what starting the process adds. */
export function jobNote(who: string, jobs: readonly MeasuredJob[]): string {
  const work = jobs.map(({ workMs }) => workMs);
  const started = percentile(
    jobs.map(({ processMs }) => processMs),
    0.5,
  );
  const range = `${Math.min(...work).toFixed(0)} to ${Math.max(...work).toFixed(0)}`;
  return `${who}: ${medianMs(jobs).toFixed(0)} ms (${range}), with the process's start and end ${started.toFixed(0)} ms; ${peakMb(jobs).toFixed(0)} MB`;
}
