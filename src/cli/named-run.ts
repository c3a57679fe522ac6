import { accountDetailsWorkflowId } from '../contract.js';
import { isGuid } from '../contract/guid.js';
import { usageError } from './terminal/output.js';

/** The workflow id of the one run that is named. Throws a usage error if it is not named exactly once. */
export function namedWorkflowId(
  { loginId, workflowId }: { loginId?: string; workflowId?: string },
  run?: string,
): string {
  const named = [loginId, workflowId, run].filter((one) => one !== undefined);
  if (named.length !== 1) throw usageError('Name one run: its workflow id, its LoginId, --login-id or --workflow-id.');
  if (loginId !== undefined && !isGuid(loginId)) throw usageError('--login-id must be a GUID.');
  const id = loginId ?? workflowId ?? run ?? '';
  return workflowId === undefined && isGuid(id) ? accountDetailsWorkflowId(id) : id;
}
