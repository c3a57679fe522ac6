// In CommonJS, which can look for a package without loading it. The AWS SDK is large, and most processes never need it.

/** The packages for S3 that are not installed. Somebody who uses only the client may not have them. */
exports.missingS3Packages = () =>
  ['@aws-sdk/client-s3', '@temporalio/external-storage-s3', '@temporalio/external-storage-s3-aws-sdk'].filter(
    (name) => {
      try {
        return !require.resolve(name);
      } catch {
        return true;
      }
    },
  );
