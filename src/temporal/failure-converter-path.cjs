// In CommonJS, where a file finds its neighbour in the same way whether it was imported or required.

/** Where the failure converter is, for the worker, the client and the bundle alike. */
exports.failureConverterPath = require.resolve('./failure-converter.cjs');
