import { expect, it } from 'vitest';
import { Cleanup } from '../../bench/cleanup.ts';
import { runChaos } from '../../chaos/run.ts';
import { needs } from '../support/component.ts';
import { sabreDavMissing } from '../support/files/sabre-dav.ts';

needs(sabreDavMissing())('chaos', () => {
  it(
    'killed, stopped and cut off for a quarter of a minute, everything comes right',
    { timeout: 400_000 },
    async () => {
      const problems: string[] = [];
      const cleanup = new Cleanup((line) => problems.push(line));
      try {
        const report = await runChaos(
          {
            minutes: 0.25,
            seed: 'e2e',
            troubles: new Set(['kill', 'stop', 'network']),
            boundMs: 240_000,
            longestStopMs: 2_000,
            progress: () => {},
            signal: new AbortController().signal,
          },
          cleanup,
        );
        expect(report.findings).toEqual([]);
      } finally {
        await cleanup.run();
      }
      expect(problems).toEqual([]);
    },
  );
});
