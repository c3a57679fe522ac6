import { inspect } from 'node:util';
import { AxiosError, AxiosHeaders } from 'axios';
import { ApplicationFailure, type LogMetadata } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { activityFailure } from '../../../src/activities/failures.js';
import { ServerUnreachableError } from '../../../src/contract/errors.js';
import { loadWorkerConfig } from '../../../src/config.js';
import type { LogLevelName } from '../../../src/logging/levels.js';
import { ConfigurationError } from '../../../src/config/environment.js';
import { FlinksError } from '../../../src/flinks/errors.js';
import { createLogger } from '../../../src/logging.js';
import { fromFlinks } from '../../../src/logging/from-flinks.js';
import { UnknownPayloadKey } from '../../../src/temporal/encryption/keys.js';
import { PayloadStoreError } from '../../../src/temporal/storage/payload-store.js';
import { runFailure } from '../../../src/workflows/failures.js';
import { scan } from '../../support/canary-scan.js';

const secret = 'Cnry-4f9c21d7ab';
const canaries = [{ name: 'secret', value: secret }];

function logged(metadata?: LogMetadata, message = 'Something happened', level: LogLevelName = 'trace') {
  let text = '';
  createLogger(level, { write: (line) => void (text += line) }).warn(message, metadata);
  return { text, line: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
}

function axiosError(): AxiosError {
  const headers = new AxiosHeaders({ 'flinks-auth-key': secret });
  const config = { headers, data: JSON.stringify({ Password: secret }), url: `https://flinks.example/${secret}` };
  return new AxiosError(`Request with ${secret}\n    at ${secret} (/srv/x.js:1:1)`, 'ERR_BAD_REQUEST', config, {
    config,
  });
}

describe('a log line', () => {
  test('is one JSON object with level, time and message, and the ids by which an operator finds the run', () => {
    const { line, text } = logged({ workflowId: 'account-details-1', runId: 'r', attempt: 2, sdkComponent: 'worker' });
    expect(text.trimEnd()).not.toContain('\n');
    expect(line).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      msg: 'Something happened',
      workflowId: 'account-details-1',
      runId: 'r',
      attempt: 2,
      sdkComponent: 'worker',
    });
  });

  test('has the time at which the SDK logged, and the native core’s fields under the same names as the SDK’s', () => {
    const at = new Date('2026-01-02T03:04:05.678Z');
    const { line } = logged({ [Symbol.for('log_timestamp')]: BigInt(at.getTime()) * 1_000_000n, run_id: 'r' });
    expect(line).toMatchObject({ time: at.toISOString(), runId: 'r' });
  });

  test('has no field that is not known to be safe, nor anything inside of one that is', () => {
    const { text, line } = logged({
      jobs: [{ initializeWorkflow: { arguments: [{ data: Buffer.from(secret) }] } }],
      args: [secret],
      task: secret,
      taskEncoded: Buffer.from(secret).toString('base64'),
      details: { note: secret },
      workflowId: { toString: () => secret },
      state: [secret],
    });
    expect(scan(text, canaries)).toEqual([]);
    expect(Object.keys(line ?? {})).toEqual(['level', 'time', 'msg']);
  });

  test.each([
    [`Error while processing ActivityTask.start: ${secret}`, 'Error while processing ActivityTask.start'],
    [`Got new WFT, buffering it act: Some(${secret}) wft: None`, 'Got new WFT, buffering it act'],
    [`Unexpected value "${secret}"`, 'Unexpected value'],
    [`First line\n${secret}`, 'First line'],
    [`Payload {"a":"${secret}"}`, 'Payload'],
    ['Workflow completed', 'Workflow completed'],
    ['', ''],
  ])('keeps the constant beginning of a message: %s', (message, kept) => {
    expect(logged({}, message).line).toMatchObject({ msg: kept });
  });

  test('is written from its level on', () => {
    expect(logged({}, 'One', 'warn').line).toBeDefined();
    expect(logged({}, 'One', 'error').line).toBeUndefined();
  });
});

describe('an error in a log', () => {
  const describedAs = (error: unknown) => logged({ error }).line?.['error'];
  const lost = new FlinksError({ type: 'FlinksUnavailable', transient: true }, 'lost', 'The connection broke.');
  const refused = new FlinksError({ type: 'UnknownLogin', transient: false }, 'answered', 'Flinks answered 401.', {
    status: 401,
    code: 'INVALID_LOGIN',
    requestId: secret,
  });

  test.each([
    [lost, { type: 'FlinksUnavailable', message: 'The connection broke.' }],
    [refused, { type: 'UnknownLogin', message: 'Flinks answered 401.', flinksCode: 'INVALID_LOGIN' }],
    [
      activityFailure(refused, undefined),
      { type: 'UnknownLogin', message: 'Flinks answered 401.', flinksCode: 'INVALID_LOGIN' },
    ],
    [
      new ConfigurationError([{ variable: 'A', problem: 'is bad' }]),
      { type: 'ConfigurationError', message: expect.stringContaining('A is bad') },
    ],
    [new ServerUnreachableError('h:1'), { type: 'ServerUnreachableError', message: expect.stringContaining('h:1') }],
    [new UnknownPayloadKey('k7'), { type: 'UnknownPayloadKey', message: expect.stringContaining('k7') }],
    [
      new PayloadStoreError('A payload cannot be stored in s3://bank/', { name: 'NoSuchBucket', message: secret }),
      {
        type: 'PayloadStoreError',
        message:
          'A payload cannot be stored in s3://bank/ (NoSuchBucket). ' +
          'Check PAYLOAD_STORAGE and whether this process may use it.',
      },
    ],
  ])('of ours is told with its message: %s', (error, fields) => {
    expect(describedAs(error)).toEqual(fields);
  });

  test('of a run that failed is told by the contract’s type, and nothing else of it', () => {
    // As it arrives from the workflow sandbox: a copy that has lost whatever an Error does not have by itself.
    const failed = runFailure('SessionLost', secret, { requestId: secret });
    expect(describedAs(structuredClone(failed))).toEqual({ type: 'SessionLost' });
    const forged = Object.assign(new Error(secret), {
      stack: `ApplicationFailure [Cnry]: ${secret}\n    at x (/x.js:1:1)`,
    });
    expect(describedAs(structuredClone(forged))).toEqual({ type: 'ApplicationFailure', stack: ['at x (/x.js:1:1)'] });
  });

  test('of anybody else is told by its name and where it was thrown', () => {
    const error = describedAs(new TypeError(secret)) as { stack: string[] };
    expect(error).toEqual({ type: 'TypeError', stack: expect.any(Array) });
    expect(error.stack[0]).toContain('logging.test.ts');
  });

  test('that holds the whole request gives none of it away, in a cause neither', () => {
    const raw = axiosError();
    expect(scan(inspect(raw), canaries)).not.toEqual([]);
    const hidden = ApplicationFailure.create({ type: 'SessionLost', message: 'The session is gone.', cause: raw });
    const foreign = ApplicationFailure.create({ type: 'AxiosError', message: secret, details: [secret], cause: raw });
    for (const error of [raw, hidden, foreign, Object.assign(new Error(secret), { name: `Bad ${secret}` })]) {
      const { text, line } = logged({ error, err: error });
      expect(scan(text, canaries)).toEqual([]);
      expect(line?.['error']).toMatchObject({ type: expect.any(String) });
    }
    const { stack } = describedAs(raw) as { stack: string[] };
    expect(stack[0]).toMatch(/axiosError .*logging\.test\.ts/);
  });

  test('whose message was changed after it was thrown does not show the old one', () => {
    const error = new Error(`x\n    at ${secret} (/srv/x.js:1:1)`);
    for (error.message of ['harmless', '']) expect(scan(logged({ error }).text, canaries)).toEqual([]);
  });

  test('of the native core, which is a text, is told by its gRPC code', () => {
    const status = `Status { code: 'The service is currently unavailable', message: "${secret}" }`;
    expect(describedAs(status)).toEqual({ type: 'The service is currently unavailable' });
    expect(describedAs(`Status { code: Unknown, message: "${secret}" }`)).toEqual({ type: 'Unknown' });
    expect(describedAs(secret)).toEqual({ type: 'unknown' });
    expect(describedAs(Object.create(null))).toEqual({ type: 'unknown' });
  });
});

test('a missing key is logged once an attempt: by the worker, with its id, and not by the native core again', () => {
  const failure = `Failure { message: "", info: ApplicationFailureInfo { r#type: "UnknownPayloadKey", x: 1 } }`;
  expect(logged({ sdkComponent: 'core', failure }, 'Failing workflow task').line).toBeUndefined();
  const other = failure.replace('UnknownPayloadKey', 'TypeError');
  expect(logged({ sdkComponent: 'core', failure: other }, 'Failing workflow task').line).toMatchObject({
    failure: 'TypeError',
  });
});

test('of what Flinks sent a status and a code reach a log, and of anything else only its kind', () => {
  expect([401, 'INVALID_LOGIN', undefined].map(fromFlinks)).toEqual([401, 'INVALID_LOGIN', undefined]);
  expect([secret, 'Montreal', 4_520_119, ['A'], null, ''].map(fromFlinks)).toEqual([
    '[string]',
    '[string]',
    '[number]',
    '[object]',
    '[object]',
    '[string]',
  ]);
  const requestId = '0c9d7b1e-1111-4000-8000-000000000001';
  expect(logged({ requestId }).line).toMatchObject({ requestId });
  expect(logged({ requestId: secret }).line).not.toHaveProperty('requestId');
  expect(logged({ flinksCode: secret, httpStatus: 503 }).line).toMatchObject({
    flinksCode: '[string]',
    httpStatus: 503,
  });
});

describe('a Flinks that is asked over http', () => {
  const keys = { FLINKS_CUSTOMER_ID: 'c', FLINKS_SECRET_KEY: 's', FLINKS_API_KEY: 'a' };
  const load = (url: string, more = {}) => loadWorkerConfig({ ...keys, FLINKS_BASE_URL: url, ...more }).flinks.baseUrl;

  test.each([
    'http://localhost:8090',
    'http://127.0.0.1:8090',
    'http://127.8.9.1',
    'http://[::1]:8090',
    'https://flinks.example',
  ])('may be %s', (url) => expect(load(url)).toBe(url));

  test.each([
    'http://flinks.example',
    'http://10.0.0.1:8090',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://localhost@flinks.example',
    'http://[::2]',
    'http://simulator:8090',
  ])('may not be %s', (url) => {
    expect(() => load(url)).toThrow(/FLINKS_BASE_URL must/);
  });

  test('may be in a private network where that is said by name', () => {
    expect(load('http://simulator:8090', { FLINKS_ALLOW_HTTP: '1' })).toBe('http://simulator:8090');
    expect(() => load('http://simulator:8090', { FLINKS_ALLOW_HTTP: 'yes' })).toThrow(
      'FLINKS_ALLOW_HTTP must be 0 or 1',
    );
  });

  test('is named together with everything else that is wrong, and is scheme, host and port only', () => {
    expect(() => load('http://simulator:8090', { FLINKS_API_KEY: '' })).toThrow(
      /FLINKS_API_KEY.*https|https.*FLINKS_API_KEY/,
    );
    for (const url of [
      'https://a:b@flinks.example',
      'https://flinks.example/v3',
      'https://flinks.example/?x',
      'ftp://x',
    ])
      expect(() => load(url)).toThrow('FLINKS_BASE_URL must be scheme, host and port only');
  });
});
