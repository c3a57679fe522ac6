// Turns payloads into values outside of workflows: in clients and in activities. payload-converter.ts does it for workflows.
const { ApplicationFailure, defaultPayloadConverter } = require('@temporalio/common');
const { reasonOf, unread } = require('../contract/unreadable.cjs');

/** A value that says why there is none. An exception would make a list of runs fail because of one run's memo. */
const none = (type, message) => ({ undecodable: true, [unread]: { type, message, mayCome: false } });

const cannot = 'It cannot be decoded.';

exports.payloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload(payload, context) {
    const reason = reasonOf(payload);
    // An activity must not begin without its arguments.
    if (context?.type !== 'workflow') {
      if (reason) throw ApplicationFailure.create(reason);
      return defaultPayloadConverter.fromPayload(payload);
    }
    if (reason) return none(reason.type, reason.message);
    try {
      return defaultPayloadConverter.fromPayload(payload);
    } catch {
      return none('ValueError', cannot);
    }
  },
};
