// In CommonJS, where a file finds its neighbour in the same way whether it was imported or required.
exports.failureConverterPath = require.resolve('./failure-converter.cjs');
