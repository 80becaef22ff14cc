import { defineConfig } from 'vitest/config';

/** Whole systems, one or two minutes each: `npm run test:systems`. The main job stands for them in `npm test`. */
const SYSTEMS = ['test/cli/up.test.ts', 'test/cli/restarts.test.ts', 'test/e2e/!(main-job).test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    // A limit for a loaded machine, not a duration: no test waits.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: SYSTEMS,
          // Most of them wait for servers of their own: one a core leaves the cores idle for half of the time.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'systems', include: SYSTEMS, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
