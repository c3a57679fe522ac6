// Messages and stack traces of failures are encrypted like every payload. Types stay readable. It is CommonJS because the
// worker loads its failure converter with require(), and the workflow bundle includes the same file.
const { ApplicationFailure, DefaultFailureConverter } = require('@temporalio/common');

const readable = new DefaultFailureConverter();
const encrypted = new DefaultFailureConverter({ encodeCommonAttributes: true });

const waitedFor = ['UnknownPayloadKey', 'PayloadStoreError'];

exports.failureConverter = {
  // What a workflow task waits for is not a secret: the id of a key, the name of an object. Whoever lacks it has to be able
  // to read it. The workflow throws an error of another class, because a failure of Temporal's would end the run.
  errorToFailure: (error, ...rest) =>
    waitedFor.includes(error?.type)
      ? readable.errorToFailure(ApplicationFailure.create({ type: error.type, message: error.message }), ...rest)
      : encrypted.errorToFailure(error, ...rest),
  failureToError: (failure, ...rest) => encrypted.failureToError(failure, ...rest),
};
