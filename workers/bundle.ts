import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode } from '@temporalio/worker';
import { compiledModule } from '../src/paths.ts';

/** Built once: seven workers that each bundle at their start would take half a minute on two cores. */
const { code } = await bundleWorkflowCode({
  workflowsPath: compiledModule('workflows/index.js'),
});
writeFileSync(compiledModule('workflow-bundle.js'), code);
