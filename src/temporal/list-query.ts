// Parts of the queries by which Temporal lists runs.
import { workflowType } from '../contract.js';

/** A text as such a query writes it, whatever quotes and backslashes it has. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Matches the runs of these workflow types. */
export const withType = (...types: readonly string[]): string => `WorkflowType IN (${types.map(quoted).join(', ')})`;

/** Matches every run that retrieves something, and no other. */
export const ourRuns = `WorkflowType = ${quoted(workflowType)}`;

/** Matches the runs of one workflow id, of whatever workflow type. */
export const runsWithId = (workflowId: string): string => `WorkflowId = ${quoted(workflowId)}`;
