import { builtFile } from '../src/paths.ts';

/** The file of the built workflow code, with what traces need or without. */
export const workflowBundle = (traced: boolean): string =>
  builtFile(traced ? 'workflow-bundle-traced.js' : 'workflow-bundle.js');
