// Messages and stack traces of failures are encrypted like every payload. Types stay readable. It is CommonJS because the
// worker loads its failure converter with require(), and the workflow bundle includes the same file.
const { DefaultFailureConverter } = require('@temporalio/common');

const readable = new DefaultFailureConverter();
const encrypted = new DefaultFailureConverter({ encodeCommonAttributes: true });

exports.failureConverter = {
  // The id of a missing key is not a secret, and whoever lacks the key has to be able to read it.
  errorToFailure: (error, ...rest) =>
    (error?.type === 'UnknownPayloadKey' ? readable : encrypted).errorToFailure(error, ...rest),
  failureToError: (failure, ...rest) => encrypted.failureToError(failure, ...rest),
};
