import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClockHarness } from '../support/pacing/clock-harness.ts';
import { Simulation } from '../support/pacing/simulation.ts';
import type { Scenario } from '../support/pacing/simulation.ts';

const SEED = Number(process.env['CLOCK_SEED'] ?? 20_260_301);
/** CI runs ten times as many. */
const RUNS = Number(process.env['CLOCK_RUNS'] ?? 20);

let world: ClockHarness;
beforeAll(async () => {
  world = await ClockHarness.create();
});
afterAll(() => world.close());

const scenario = (foreign: boolean): fc.Arbitrary<Scenario> =>
  fc.record({
    limits: fc.record({
      callLimit: fc.integer({ min: 2, max: 12 }),
      callWindowMs: fc.constantFrom(5_000, 60_000, 900_000),
      publishIntervalMs: fc.constantFrom(0, 500, 6_000, 20_000),
    }),
    batches: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
    jobWindows: fc.constantFrom(0, 0.02, 0.2, 1.2),
    latencyMs: fc.constantFrom(1, 200, 5_000, 30_000),
    foreign: fc.constant(foreign),
    mishaps: fc.integer({ min: 0, max: 12 }),
    dice: fc.array(fc.nat(1_000_000), { minLength: 50, maxLength: 300 }),
  });

it.each([
  ['alone', false],
  ['beside someone else', true],
])(
  'whatever happens, pace and budget hold, downloads go through, nothing is lost: %s',
  { timeout: 120_000 },
  async (_, foreign) => {
    const total = { publishes: 0, downloads: 0, checks: 0, refusedByApi: 0, mishaps: 0, waits: 0 };
    await fc.assert(
      fc.asyncProperty(scenario(foreign), async (given) => {
        await world.reset();
        const simulation = new Simulation(world, given);
        await simulation.run();
        for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += simulation.seen[key];
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
    // The runs meant something.
    expect(total.publishes).toBeGreaterThan(RUNS * 3);
    expect(total.mishaps).toBeGreaterThan(RUNS);
    expect(total.waits).toBeGreaterThan(RUNS);
    expect(total.checks).toBeGreaterThan(0);
    if (foreign) expect(total.refusedByApi).toBeGreaterThan(0);
  },
);
