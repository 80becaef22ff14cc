import { describe, it } from 'vitest';

/**
 * `describe` for tests that need a program this machine may not have. `missing` says what is not there, or null. Where
 * CI runs nothing may be skipped: there the tests fail for want of it; elsewhere the run shows why they were skipped.
 */
export function needs(missing: string | null): (name: string, tests: () => void) => void {
  return (name, tests) => {
    if (missing === null) describe(name, tests);
    else if ((process.env['CI'] ?? '') === '') {
      process.stderr.write(`skipped: ${name}: ${missing}\n`);
      describe.skip(name, tests);
    } else
      it(name, () => {
        throw new Error(missing);
      });
  };
}
