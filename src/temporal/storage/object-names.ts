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
  const name = claimData['key'];
  return name !== undefined && ownName.test(name) ? name : undefined;
}

/** Whether a client stored this object: it does so before it knows the run. */
export const isOfCaller = (name: string): boolean => name.includes(`/ri/${pathPart('')}/`);

export const namespaceFolder = (namespace: string): string => `${beginning}/${pathPart(namespace)}/`;
