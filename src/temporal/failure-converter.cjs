// Messages and stack traces of failures are encrypted like every payload; types stay readable. Plain CommonJS, because
// the worker loads its failure converter with require() and the workflow bundle takes in the same file.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
