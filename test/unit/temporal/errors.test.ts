import { ServiceError, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, TerminatedFailure, ValueError } from '@temporalio/common';
import { expect, test } from 'vitest';
import { AccountDetailsError, AnswerRejectedError, RunFailedError } from '../../../src/contract/errors.js';
import { errorFromTemporal, type Answerer } from '../../../src/temporal/errors.js';
import { UnknownPayloadKey } from '../../../src/temporal/encryption/keys.js';
import { PayloadStoreError } from '../../../src/temporal/storage/payload-store.js';

/** What Temporal's client throws when the server answers with this gRPC status. */
const said = (code: number, details = 'as the server said'): ServiceError =>
  new ServiceError('Failed', { cause: Object.assign(new Error(details), { code, details, metadata: {} }) });

const become = (error: unknown, answeredBy?: Answerer) => errorFromTemporal(error, 'account-details-x', answeredBy);

test.each<[string, number, Answerer, string]>([
  ['a call that is late', 4, 'server', 'ServerUnreachable'],
  ['a call that is late at a worker', 4, 'worker', 'NoWorker'],
  ['no server', 14, 'worker', 'ServerUnreachable'],
  ['no worker that polls', 9, 'worker', 'NoWorker'],
  ['no permission', 7, 'server', 'AccessDenied'],
  ['no credentials', 16, 'server', 'AccessDenied'],
  ['a request that does not fit', 3, 'server', 'InvalidRequest'],
  ['a run that is not there', 5, 'server', 'NoSuchRun'],
  ['a server that is overloaded', 8, 'server', 'ServerBusy'],
  ['a run with too many updates at once', 8, 'worker', 'ServerBusy'],
  ['a server with a fault', 13, 'server', 'ServerError'],
])('%s (gRPC %i, for a %s) has a code of its own', (_what, code, answeredBy, expected) => {
  const error = become(said(code), answeredBy);
  expect(error).toBeInstanceOf(AccountDetailsError);
  expect(error).toMatchObject({ code: expected });
});

test('a run that has used up its updates is busy, and has a worker all the same', () => {
  const details = 'limit on the total number of distinct updates in this workflow has been reached (2000)';
  const busy = { code: 'ServerBusy', message: expect.stringContaining('by signal') };
  expect(become(said(9, details))).toMatchObject(busy);
  const refused = ApplicationFailure.create({ type: 'TooManyWaits', message: 'Too many wait for this run.' });
  expect(become(new WorkflowUpdateFailedError('failed', refused))).toMatchObject(busy);
});

const terminated = (reason: string) =>
  become(new WorkflowFailedError(reason, new TerminatedFailure(reason), 'NON_RETRYABLE_FAILURE'));

test.each([
  ['asked for by the customer', 'Run account-details-x was terminated: asked for by the customer.'],
  ['It hung.', 'Run account-details-x was terminated: It hung.'],
  ['a\u001b[2J\nb\u202e', 'Run account-details-x was terminated: a [2J b.'],
  // The SDK's words if there is no reason.
  ['Workflow execution terminated', 'Run account-details-x was terminated.'],
  [' ', 'Run account-details-x was terminated.'],
])('a terminated run says the reason that was given, harmlessly: %j', (reason, message) => {
  expect(terminated(reason)).toMatchObject({ code: 'Terminated', message });
});

test('a failed run names its failure type, and what Flinks’ support asks for', () => {
  const details = [{ requestId: 'r-1', flinksCode: 'OPERATION_PENDING' }];
  const cause = ApplicationFailure.create({ type: 'PendingTooLong', message: 'Contact Flinks.', details });
  const error = become(new WorkflowFailedError('failed', cause, 'NON_RETRYABLE_FAILURE'));
  expect(error).toBeInstanceOf(RunFailedError);
  expect(error).toMatchObject({ code: 'PendingTooLong', requestId: 'r-1', flinksCode: 'OPERATION_PENDING' });
});

test('an answer that is refused for its shape names the fields that do not fit', () => {
  const details = [{ fields: ['requestId'] }];
  const cause = ApplicationFailure.create({ type: 'InvalidAnswer', message: 'requestId must be text.', details });
  const error = become(new WorkflowUpdateFailedError('failed', cause));
  expect(error).toBeInstanceOf(AnswerRejectedError);
  expect(error).toMatchObject({ code: 'InvalidAnswer', fields: ['requestId'] });
});

test('a type that the contract does not know is never handed on as a code', () => {
  const cause = ApplicationFailure.create({ type: 'Surprise', message: 'Something else.' });
  expect(become(new WorkflowFailedError('failed', cause, 'NON_RETRYABLE_FAILURE'))).toMatchObject({
    code: 'RunFailed',
  });
  expect(become(new WorkflowUpdateFailedError('failed', cause))).toMatchObject({ code: 'RunClosed' });
});

test('what this side cannot read or store is said to be this side’s', () => {
  expect(become(new UnknownPayloadKey('k2'))).toMatchObject({
    code: 'UnreadablePayload',
    message: expect.stringContaining('k2'),
  });
  expect(become(new ValueError('Unknown encoding: binary/encrypted'))).toMatchObject({ code: 'UnreadablePayload' });
  const notStored = new PayloadStoreError('A payload cannot be stored', { code: 'ENOSPC' });
  expect(become(new ServiceError('Failed', { cause: notStored }))).toMatchObject({
    code: 'PayloadStore',
    message: expect.stringContaining('ENOSPC'),
  });
});

test('an error of nobody’s passes as it is', () => {
  const error = new Error('Out of nowhere.');
  expect(become(error)).toBe(error);
});
