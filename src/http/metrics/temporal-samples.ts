import type { Sample } from './catalogue.ts';

/** What Temporal knows of the system. */
export interface TemporalFigures {
  queues: readonly { queue: string; worker: string; polled: boolean; backlog: number }[];
  schedules: readonly {
    id: string;
    ok: boolean;
    lastSuccessAt: Date | null;
    runs: number;
    skipped: number;
    missed: number;
    failed: number;
    failedInARow: number;
  }[];
  /** What running batches wait for, one entry a batch that waits. */
  waits: readonly string[];
}

/** What a batch may wait for (`WAITS_FOR` of a room above, held by a test): each is told, though nobody waits for it. */
const WAITS = ['account', 'held', 'lock', 'file', 'database', 'carrier', 'person', 'webhook'];

export function temporalSamples({ queues, schedules, waits }: TemporalFigures): Sample[] {
  return [
    ...queues.flatMap(({ queue, polled, backlog }): Sample[] => [
      ['tsuiseki_queue_polled', Number(polled), queue],
      ['tsuiseki_queue_backlog', backlog, queue],
    ]),
    ...schedules.flatMap(
      ({ id, ok, lastSuccessAt, runs, skipped, missed, failed, failedInARow }): Sample[] => [
        ['tsuiseki_schedule_ok', Number(ok), id],
        ...(lastSuccessAt === null
          ? []
          : [
              [
                'tsuiseki_schedule_last_success_timestamp_seconds',
                lastSuccessAt.getTime() / 1_000,
                id,
              ] as const,
            ]),
        ['tsuiseki_schedule_runs_total', runs, id],
        ['tsuiseki_schedule_skipped_total', skipped, id],
        ['tsuiseki_schedule_missed_total', missed, id],
        ['tsuiseki_schedule_failed', failed, id],
        ['tsuiseki_schedule_failed_in_a_row', failedInARow, id],
      ],
    ),
    ...WAITS.map((each): Sample => [
      'tsuiseki_batches_waiting',
      waits.filter((wait) => wait === each).length,
      each,
    ]),
  ];
}
