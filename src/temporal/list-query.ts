// Parts of the queries by which Temporal lists runs.
import { workflowType } from '../contract.js';

/** A text as such a query writes it, whatever quotes and backslashes it has. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Matches every run of this product and no run of another. */
export const ourRuns = `WorkflowType = ${quoted(workflowType)}`;

/** Matches the runs of one workflow id, of whatever workflow type. */
export const runsWithId = (workflowId: string): string => `WorkflowId = ${quoted(workflowId)}`;
