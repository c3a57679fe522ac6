// Stores payloads as files of one folder, which every worker, client and codec server has to share.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StorageDriverClaim, type Payload, type StorageDriver } from '@temporalio/common';
import proto from '@temporalio/proto';
import { undecodable } from '../encryption/codec.js';
import { nameIn, namespaceFolder, ownerOf, pathPart, type Owner } from './object-names.js';
import { PayloadStoreError, type PayloadStore } from './payload-store.js';

const { Payload: wire } = proto.temporal.api.common.v1;

/** Stores payloads in `folder`, which has to exist. A file there is always complete: it is moved there after it was written. */
export function createFileStore(folder: string, threshold: number): PayloadStore {
  const driver: StorageDriver = {
    name: 'file',
    type: 'flinks-temporal.file',
    store: ({ target }, payloads) =>
      Promise.all(payloads.map((payload) => write(payload, ownerOf(target)))).catch((error: unknown) => {
        throw new PayloadStoreError(`A payload cannot be stored in ${folder}`, error);
      }),
    retrieve: (_context, claims) => Promise.all(claims.map(read)),
  };

  async function write(payload: Payload, { namespace, workflowId, runId }: Owner): Promise<StorageDriverClaim> {
    const bytes = wire.encode(payload).finish();
    const key = `v0/ns/${namespace}/wi/${workflowId}/ri/${runId}/${sha256(bytes)}`;
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const part = `${path}.${randomUUID()}`;
    try {
      await writeThrough(part, bytes);
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    return new StorageDriverClaim({ key });
  }

  /** Rejects if the file cannot be read, since it may come. A file that is not a payload becomes an undecodable one. */
  async function read(claim: StorageDriverClaim): Promise<Payload> {
    const name = nameIn(claim);
    if (name === undefined) return undecodable;
    const bytes = await readFile(join(folder, name)).catch((error: unknown) => {
      throw new PayloadStoreError(`A stored payload cannot be read from ${folder}`, error, name);
    });
    if (!name.endsWith(`/${sha256(bytes)}`)) return undecodable;
    const { metadata, data } = wire.decode(bytes);
    return { metadata, data };
  }

  async function deleteFiles(namespace: string, workflowId: string, runId?: string): Promise<number> {
    const parts = ['wi', pathPart(workflowId), ...(runId === undefined ? [] : ['ri', pathPart(runId)])];
    const path = join(folder, namespaceFolder(namespace), ...parts);
    const files = await readdir(path, { recursive: true, withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      },
    );
    await rm(path, { recursive: true, force: true });
    // A file with a dot in its name is part of a payload: its worker died while it wrote it.
    return files.filter((file) => file.isFile() && !file.name.includes('.')).length;
  }

  const deleteStored: PayloadStore['deleteStored'] = (...owner) =>
    deleteFiles(...owner).catch((error: unknown) => {
      throw new PayloadStoreError(`Stored payloads cannot be deleted from ${folder}`, error);
    });
  return { driver, threshold, deleteStored };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Returns when the bytes are on the disk, because Temporal is about to keep a reference to them. */
async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
