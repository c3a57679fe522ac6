// One S3 bucket: the SDK's driver for it, and the deletion that the driver lacks.
import type { ObjectVersion, S3Client } from '@aws-sdk/client-s3';
import type { S3StorageDriverClient } from '@temporalio/external-storage-s3';

export interface S3Location {
  bucket: string;
  /** What every name begins with: empty, or a path that ends with a slash. */
  prefix: string;
  /** A server that speaks S3 and is not Amazon's. Region and credentials come from the AWS SDK's own environment. */
  endpoint?: string | undefined;
}

/** More than any payload that the codec inflates. The driver's own limit is less than FLINKS_MAX_RESPONSE_BYTES allows. */
const largestObject = 512 * 1024 * 1024;

/** Loads the AWS SDK and the driver, and returns what we use of them. */
export async function openBucket({ bucket, prefix, endpoint }: S3Location) {
  const [aws, { S3StorageDriver }, { AwsSdkS3StorageDriverClient }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@temporalio/external-storage-s3'),
    import('@temporalio/external-storage-s3-aws-sdk'),
  ]);
  const s3: S3Client = new aws.S3Client({
    // A workflow task or an activity waits for the answer. If it fails it is done again, if it hangs it is not.
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    ...(endpoint !== undefined && {
      endpoint,
      forcePathStyle: true,
      region: process.env['AWS_REGION'] ?? 'us-east-1',
      // Servers that are not Amazon's often lack the newer checksums, and the driver checks a hash of its own.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
  });
  const requests = new AwsSdkS3StorageDriverClient(s3);
  // The bucket is always the configured one, whatever bucket a claim names: so nobody can make us read another bucket, and
  // the payloads can move to another one.
  const client: S3StorageDriverClient = {
    putObject: (_bucket, key, data, options) => requests.putObject(bucket, prefix + key, data, options),
    objectExists: (_bucket, key, options) => requests.objectExists(bucket, prefix + key, options),
    getObject: (_bucket, key, options) => requests.getObject(bucket, prefix + key, options),
  };

  /** Deletes every object whose name begins so, with its older versions. Returns how many names that were. */
  async function deleteAll(beginning: string): Promise<number> {
    const names = new Set<string>();
    const where = { Bucket: bucket, Prefix: beginning };
    for (let from = {}, more = true; more;) {
      const page = await s3.send(new aws.ListObjectVersionsCommand({ ...where, ...from }));
      const { Versions: versions = [], DeleteMarkers: markers = [] } = page;
      await deleteVersions([...versions, ...markers]);
      for (const { Key } of versions) if (Key !== undefined) names.add(Key);
      more = page.IsTruncated === true;
      from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    return names.size;
  }

  async function deleteVersions(versions: Pick<ObjectVersion, 'Key' | 'VersionId'>[]) {
    if (versions.length === 0) return;
    const objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
    const command = new aws.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } });
    const { Errors: errors = [] } = await s3.send(command);
    if (errors[0]) throw Object.assign(new Error('S3 did not delete all of them.'), { code: errors[0].Code });
  }

  const driver = new S3StorageDriver({ client, bucket, driverName: 's3', maxPayloadSize: largestObject });
  return { driver, deleteAll };
}
