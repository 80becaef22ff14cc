import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode } from '@temporalio/worker';
import { builtFile } from '../src/paths.ts';
import { workflowBundle } from './workflow-bundle.ts';

/**
 * Built once: seven workers that each bundle at their start would take half a minute on two cores. With traces apart: who
 * wants none loads nothing of them.
 */
for (const traced of [false, true]) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: builtFile('workflows/index.js'),
    workflowInterceptorModules: traced ? [builtFile('workflows/traced.js')] : [],
  });
  writeFileSync(workflowBundle(traced), code);
}
