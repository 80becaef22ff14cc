import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { fieldsOf } from '../src/json-fields.ts';

/** The fields of a line of Temporal's SDK by our names; its task token, by which anybody could answer, is left out. */
export function logFieldsOf(meta: Readonly<Record<string, unknown>>): object {
  const { workflowRunId, ...others } = meta;
  const fields = Object.fromEntries(Object.entries(others).filter(([name]) => name !== 'taskToken'));
  return workflowRunId === undefined ? fields : { ...fields, runId: workflowRunId };
}

/** Every line that an activity logs names the batch and the job that its input names. */
export const batchInLogs: ActivityInterceptorsFactory = () => {
  let named: Record<string, string | number> = {};
  return {
    inbound: {
      execute: (input, next) => {
        const { batchId, jobId } = fieldsOf(input.args[0]);
        named = {
          ...(typeof batchId === 'string' ? { batchId } : {}),
          ...(typeof jobId === 'number' ? { jobId } : {}),
        };
        return next(input);
      },
    },
    outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...named }) },
  };
};
