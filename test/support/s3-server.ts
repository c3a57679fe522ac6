import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { cacheFolder } from '../../dev/binaries.js';
import { startChild, untilReady } from '../../dev/child.js';

const folder = process.env['S3_SERVER_PATH'] ?? join(cacheFolder(process.env), 's3-server');

/** Whether this machine has the S3 server of `s3-server.txt`, which `.ci/run` installs. */
export const hasS3Server = existsSync(join(folder, 'moto'));

/** What tests on S3 are called, so that a run that skips them says why. */
export const onS3 = hasS3Server
  ? 'on an S3 server'
  : `on an S3 server (skipped: install test/support/s3-server.txt into ${folder} with pip, as .ci/run does)`;

/** Credentials and region that the server takes; they open nothing else. */
export const s3Credentials = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
};

export interface S3Server {
  url: string;
  client: S3Client;
  /** Makes an empty bucket. */
  createBucket(name: string, options?: { versioned?: boolean }): Promise<void>;
  /** The names of all objects in a bucket. */
  keysIn(bucket: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** Starts an S3 server on a free port. */
export async function startS3Server(): Promise<S3Server> {
  let listens = (_url: string) => {};
  const listening = new Promise<string>((resolve) => (listens = resolve));
  const log = (line: string): void => {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url !== undefined) listens(url);
  };
  const env = { ...process.env, PYTHONPATH: folder, PYTHONUNBUFFERED: '1' };
  const child = await startChild('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], { env, log });
  await untilReady(child, async () => void (await listening));
  const url = await listening;
  const client = new S3Client({
    endpoint: url,
    forcePathStyle: true,
    region: s3Credentials.AWS_REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    url,
    client,
    async createBucket(Bucket, { versioned = false } = {}) {
      await client.send(new CreateBucketCommand({ Bucket }));
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      if (versioned) await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    },
    async keysIn(Bucket) {
      const { Contents: objects = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
      return objects.map(({ Key = '' }) => Key);
    },
    async stop() {
      client.destroy();
      await child.stop();
    },
  };
}
