// The names of stored payloads. A name begins with the namespace and the workflow id, so that everything that is stored for a
// workflow id can be found and deleted.
import { createHash } from 'node:crypto';
import type { StorageDriverClaim, StorageDriverTargetInfo } from '@temporalio/common';

/** File systems take 255 bytes for a part of a path, and S3 takes 1,024 for a whole name. */
const longestPart = 200;

/**
 * Writes any name as one part of a path. Two names never give the same part, not even if the file system ignores case. No part
 * has a dot or a slash, so that none leads out of its folder.
 */
export function pathPart(name: string): string {
  const part = [...Buffer.from(name)].map(readableByte).join('') || '!';
  return part.length <= longestPart ? part : `!!${createHash('sha256').update(name).digest('hex')}`;
}

function readableByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[a-z0-9_-]/.test(character) ? character : `!${byte.toString(16).padStart(2, '0')}`;
}

/** Who a payload belongs to. Each field is a part of its path. */
export interface Owner {
  namespace: string;
  workflowId: string;
  runId: string;
}

/** The run is empty if a client stores a payload before it knows the run: when it starts or signals one. */
export const ownerOf = (target: StorageDriverTargetInfo | undefined): Owner => ({
  namespace: pathPart(target?.namespace ?? ''),
  workflowId: pathPart((target?.kind === 'workflow' && target.id) || ''),
  runId: pathPart(target?.runId ?? ''),
});

const beginning = 'v0/ns';
const ownName = /^v0\/ns(\/[a-z0-9_!-]+)+$/;

/** The name in a claim, if it is a name as we give them. Whoever can send a signal can send a claim. */
export function nameIn({ claimData }: StorageDriverClaim): string | undefined {
  const name: unknown = claimData['key'];
  return typeof name === 'string' && ownName.test(name) ? name : undefined;
}

/** What comes behind a workflow id in a name: the run and a digest. */
const restOfName = /^ri\/[a-z0-9_!-]+\/(?:d\/sha256\/)?[0-9a-f]{64}$/;

/** Whether a claim is on a payload of this workflow, by the name in it. */
export function belongsTo(claim: StorageDriverClaim, namespace: string, workflowId: string): boolean {
  const name = nameIn(claim) ?? '';
  // The S3 driver has a part for the workflow type, which it does not get from us.
  return [`wi/${pathPart(workflowId)}/`, `wt/null/wi/${pathPart(workflowId)}/`]
    .map((ofWorkflow) => namespaceFolder(namespace) + ofWorkflow)
    .some((folder) => name.startsWith(folder) && restOfName.test(name.slice(folder.length)));
}

export const namespaceFolder = (namespace: string): string => `${beginning}/${pathPart(namespace)}/`;
