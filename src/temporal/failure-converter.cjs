// Messages and stack traces of failures are encrypted like every payload; types stay readable. Plain CommonJS, because
// the worker loads its failure converter with require() and the workflow bundle takes in the same file.
const { DefaultFailureConverter } = require('@temporalio/common');

const readable = new DefaultFailureConverter();
const encrypted = new DefaultFailureConverter({ encodeCommonAttributes: true });

exports.failureConverter = {
  // The id of a missing key is no secret, and nobody without the key could read it otherwise.
  errorToFailure: (error, ...rest) =>
    (error?.type === 'UnknownPayloadKey' ? readable : encrypted).errorToFailure(error, ...rest),
  failureToError: (failure, ...rest) => encrypted.failureToError(failure, ...rest),
};
