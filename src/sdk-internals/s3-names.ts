// Needs to know how the SDK's S3 driver names its objects, which it does not tell. The driver cannot delete, so the erasure of
// a customer finds the objects of a workflow id by the beginning of their names.

/**
 * What the names of all objects of a workflow id begin with, or of one of its runs. The driver gets no workflow type from us.
 * The parts have to be written in letters, digits and `_-!`, as `pathPart` writes them: the driver escapes others.
 */
export const storedNamesOf = (namespace: string, workflowId: string, runId?: string): string =>
  `v0/ns/${namespace}/wt/null/wi/${workflowId}/${runId === undefined ? '' : `ri/${runId}/`}`;
