// What stored payloads are called: a name begins with the namespace and the workflow id that it belongs to, so that all of
// a workflow id can be found and deleted.
import { createHash } from 'node:crypto';
import type { StorageDriverClaim, StorageDriverTargetInfo } from '@temporalio/common';

/** File systems take 255 bytes for a part of a path, and S3 takes 1,024 for a whole name. */
const longestPart = 200;

/**
 * Writes any name as one part of a path. Two names never share a part, not even where a file system does not tell upper
 * from lower case, and no part has a dot or a slash to climb with.
 */
export function pathPart(name: string): string {
  const part = [...Buffer.from(name)].map(readableByte).join('') || '!';
  return part.length <= longestPart ? part : `!!${createHash('sha256').update(name).digest('hex')}`;
}

function readableByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[a-z0-9_-]/.test(character) ? character : `!${byte.toString(16).padStart(2, '0')}`;
}

/** Whose a payload is, each a part of its path. */
export interface Owner {
  namespace: string;
  workflowId: string;
  runId: string;
}

/** A client that starts or signals a run does not name it, so the run may be empty. */
export const ownerOf = (target: StorageDriverTargetInfo | undefined): Owner => ({
  namespace: pathPart(target?.namespace ?? ''),
  workflowId: pathPart((target?.kind === 'workflow' && target.id) || ''),
  runId: pathPart(target?.runId ?? ''),
});

const beginning = 'v0/ns';
const ownName = /^v0\/ns(\/[a-z0-9_!-]+)+$/;

/** The name in a claim, where it is one that we give; whoever can send a signal can send a claim. */
export function nameIn({ claimData }: StorageDriverClaim): string | undefined {
  const name = claimData['key'];
  return name !== undefined && ownName.test(name) ? name : undefined;
}

export const namespaceFolder = (namespace: string): string => `${beginning}/${pathPart(namespace)}/`;
