// In CommonJS, so that it finds the files beside it in the same way whether it was imported or required.

/** The path of the failure converter, for worker, client and bundle. */
exports.failureConverterPath = require.resolve('./failure-converter.cjs');
/** The path of the payload converter of clients and activities. */
exports.outsideConverterPath = require.resolve('./outside-converter.cjs');
