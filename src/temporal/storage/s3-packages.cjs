// In CommonJS, where a package can be looked for without being loaded: the AWS SDK is large, and most never need it.

/** The packages behind S3 that are not installed. Those who use the client only need not have them. */
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
