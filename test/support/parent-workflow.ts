// A workflow of somebody else that retrieves account details by a child.
import { executeChild } from '@temporalio/workflow';
import { taskQueue, workflowType } from '../../src/contract.js';

export const parent = (workflowId: string, input: unknown): Promise<unknown> =>
  executeChild(workflowType, { workflowId, taskQueue, args: [input] });
