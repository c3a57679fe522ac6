// How a payload that cannot be read gets from the codec to whoever reads values. It is CommonJS because workers and clients
// load their converter with require(). The workflow bundle includes it, so it must not use anything of Node.
const { defaultPayloadConverter } = require('@temporalio/common');

/** An encoding that no converter knows. */
exports.undecodableEncoding = 'binary/undecodable';
/** The metadata that says why, beside that encoding only: the codec removes what others wrote there. */
exports.reasonName = 'reason';

/** Under this symbol, which no JSON has, a value says why it could not be read. */
exports.unread = Symbol.for('flinks-temporal.unread');

const json = { encoding: Uint8Array.from('json/plain', (letter) => letter.charCodeAt(0)) };

/**
 * Why this payload could not be read, if that may change.
 * @param {import('@temporalio/common').Payload} payload
 * @returns {{ type: string, message: string, mayCome: boolean } | undefined}
 */
exports.reasonOf = ({ metadata }) => {
  const isOurs = metadata?.encoding && String.fromCharCode(...metadata.encoding) === exports.undecodableEncoding;
  const data = isOurs ? metadata[exports.reasonName] : undefined;
  return data ? defaultPayloadConverter.fromPayload({ metadata: json, data }) : undefined;
};
