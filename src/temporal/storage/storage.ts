// The store of this process for payloads that are too large for Temporal, from its environment.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { checkEnvironment, wholeNumber, type Environment } from '../../config/environment.js';
import { warnIfWritable } from '../../config/open-files.js';
import { createFileStore } from './file-store.js';
import type { PayloadStore } from './payload-store.js';
import { missingS3Packages } from './s3-packages.cjs';
import { createS3Store } from './s3-store.js';

export type { PayloadStore } from './payload-store.js';

const kilobyte = 1024;
/** The threshold must not be higher: a run's summary and detail would no longer fit into Temporal together. */
const highestThreshold = 1024 * kilobyte;

/** Where large payloads are kept, each variable with the sentence that docs/variables.md has. */
export const storageVariables = z
  .object({
    PAYLOAD_STORAGE: z
      .string()
      .optional()
      .describe('Where payloads are kept that are too large for Temporal. Without it such a result fails.'),
    PAYLOAD_STORAGE_S3_ENDPOINT: z
      .url({ protocol: /^https?$/, error: 'must be an address' })
      .optional()
      .describe('The address of a store that is compatible with S3.'),
    PAYLOAD_STORAGE_THRESHOLD: wholeNumber(256 * kilobyte, kilobyte, highestThreshold).describe(
      'Bytes above which a payload is stored, compressed and encrypted.',
    ),
  })
  .transform((v, context): PayloadStore | undefined => {
    const { PAYLOAD_STORAGE: address, PAYLOAD_STORAGE_THRESHOLD: threshold } = v;
    if (!address) return undefined;
    const refuse = (message: string) => {
      context.addIssue({ code: 'custom', path: ['PAYLOAD_STORAGE'], message });
      return z.NEVER;
    };
    const s3 = s3Address.exec(address)?.groups;
    if (s3) {
      const missing = missingS3Packages();
      if (missing.length > 0) return refuse(`is on S3, which needs more packages: npm install ${missing.join(' ')}`);
      const { bucket = '', path = '' } = s3;
      const prefix = path.replace(/\/*$/, path === '' ? '' : '/');
      return createS3Store({ bucket, prefix, endpoint: v.PAYLOAD_STORAGE_S3_ENDPOINT }, threshold);
    }
    const folder = folderOf(address);
    if (folder === undefined) return refuse('must be file:/absolute/folder or s3://bucket/optional-prefix');
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return refuse('must name a folder that exists');
    warnIfWritable('PAYLOAD_STORAGE', folder);
    return createFileStore(folder, threshold);
  });

const s3Address = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<path>[A-Za-z0-9!_.*'()/-]{0,400}))?$/;

function folderOf(address: string): string | undefined {
  if (!/^file:\/(?:\/\/)?[^/]/.test(address)) return undefined;
  try {
    return fileURLToPath(address);
  } catch {
    return undefined;
  }
}

/**
 * Reads `PAYLOAD_STORAGE…`. Returns undefined if it is not set: then a payload that is too large for Temporal fails. Throws a
 * ConfigurationError if it does not fit. Nothing is opened before it is used.
 */
export const openPayloadStore = (environment: Environment = process.env): PayloadStore | undefined =>
  checkEnvironment(storageVariables, environment, []);
