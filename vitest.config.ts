import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    include: ['test/**/*.test.ts'],
    // A limit for a loaded machine, not a duration: no test waits.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most of them wait for servers of their own: one a core leaves the cores idle for half of the time.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
