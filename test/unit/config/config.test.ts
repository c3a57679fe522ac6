import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defaultRetryPolicy } from '../../../src/activities/retries.js';
import { loadWorkerConfig } from '../../../src/config.js';
import { ConfigurationError, type Environment } from '../../../src/config/environment.js';
import { loadTemporalConfig } from '../../../src/temporal/connection.js';
import { capacityOf, thisMachine } from '../../../src/config/capacity.js';

const needed = {
  FLINKS_BASE_URL: 'https://example-api.private.fin.ag',
  FLINKS_CUSTOMER_ID: '00000000-0000-4000-8000-00000000c057',
  FLINKS_SECRET_KEY: 'secret-key-51c9',
  FLINKS_API_KEY: 'api-key-77aa',
};

function errorOf(load: () => unknown): ConfigurationError {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

const checked = [
  'FLINKS_BASE_URL',
  'FLINKS_CUSTOMER_ID',
  'FLINKS_EXTRA_HEADERS',
  'FLINKS_MAX_RESPONSE_BYTES',
  'FLINKS_TOKEN_TIMEOUT',
  'FLINKS_AUTHORIZE_TIMEOUT',
  'FLINKS_DATA_TIMEOUT',
  'FLINKS_POLL_TIMEOUT',
  'FLINKS_RETRY_ATTEMPTS',
  'FLINKS_RETRY_INTERVAL',
  'FLINKS_RETRY_MAXIMUM_INTERVAL',
  'FLINKS_RETRY_AFTER_MAXIMUM',
  'FLINKS_RETRY_TOTAL',
  'SEARCH_ATTRIBUTES',
  'LOG_LEVEL',
  'WORKER_SHUTDOWN_GRACE',
];

const refused = (environment: Environment) => errorOf(() => loadWorkerConfig(environment));

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret'), text);
  return join(folder, 'secret');
}

test('the four variables of Flinks are enough; time-outs let Flinks block for 210 s and retries are the contract’s', () => {
  const { flinks, retries, ...rest } = loadWorkerConfig(needed);
  expect(flinks).toMatchObject({
    baseUrl: needed.FLINKS_BASE_URL,
    customerId: needed.FLINKS_CUSTOMER_ID,
    secretKey: needed.FLINKS_SECRET_KEY,
    apiKey: needed.FLINKS_API_KEY,
    extraHeaders: {},
  });
  expect(flinks.timeouts.authorize).toBeGreaterThan(210_000);
  expect(flinks.timeouts.data).toBeGreaterThan(210_000);
  expect(retries).toEqual(defaultRetryPolicy);
  expect(rest).toEqual({
    searchAttributes: true,
    logLevel: 'info',
    buildId: undefined,
    maxCallsPerSecond: undefined,
    capacity: capacityOf(thisMachine()),
    healthAddress: undefined,
    metricsAddress: undefined,
    traces: false,
    shutdownGraceMs: 30_000,
  });
});

test('everything can be set by environment', () => {
  const config = loadWorkerConfig({
    ...needed,
    FLINKS_EXTRA_HEADERS: '{"Authorization": "Bearer x"}',
    FLINKS_MAX_RESPONSE_BYTES: '2048',
    FLINKS_TOKEN_TIMEOUT: '1 second',
    FLINKS_AUTHORIZE_TIMEOUT: '2s',
    FLINKS_DATA_TIMEOUT: '3s',
    FLINKS_POLL_TIMEOUT: '4s',
    FLINKS_RETRY_ATTEMPTS: '3',
    FLINKS_RETRY_INTERVAL: '20 ms',
    FLINKS_RETRY_MAXIMUM_INTERVAL: '80 ms',
    FLINKS_RETRY_AFTER_MAXIMUM: '1 minute',
    FLINKS_RETRY_TOTAL: '2 minutes',
    SEARCH_ATTRIBUTES: 'off',
    LOG_LEVEL: 'debug',
    WORKER_BUILD_ID: 'build 7',
    WORKER_SHUTDOWN_GRACE: '5s',
    WORKER_MAX_CONCURRENT_ACTIVITIES: '20',
    WORKER_MAX_CONCURRENT_WORKFLOW_TASKS: '8',
    WORKER_MAX_CACHED_WORKFLOWS: '2',
    WORKER_POLLERS: '3',
    FLINKS_MAX_CALLS_PER_SECOND: '2.5',
    HEALTH_ADDRESS: '[::1]:9465',
    METRICS_ADDRESS: '0.0.0.0:9464',
  });
  expect(config.flinks).toMatchObject({
    extraHeaders: { Authorization: 'Bearer x' },
    maxResponseBytes: 2_048,
    timeouts: { token: 1_000, authorize: 2_000, data: 3_000, poll: 4_000 },
  });
  expect(config.retries).toEqual({
    maximumAttempts: 3,
    initialInterval: 20,
    maximumInterval: 80,
    longestRetryAfter: 60_000,
    total: 120_000,
  });
  expect(config).toMatchObject({
    searchAttributes: false,
    logLevel: 'debug',
    buildId: 'build 7',
    shutdownGraceMs: 5_000,
    capacity: { maxConcurrentActivities: 20, maxConcurrentWorkflowTasks: 8, maxCachedWorkflows: 2, pollers: 3 },
    maxCallsPerSecond: 2.5,
    healthAddress: { host: '::1', port: 9_465 },
    metricsAddress: '0.0.0.0:9464',
  });
});

test('an instance without authorize tokens needs no secret key', () => {
  const { FLINKS_SECRET_KEY: _, ...others } = needed;
  const { flinks } = loadWorkerConfig({ ...others, FLINKS_AUTHORIZE_TOKENS: 'off' });
  expect(flinks).toMatchObject({ authorizeTokens: false, secretKey: '' });
  expect(loadWorkerConfig(needed).flinks.authorizeTokens).toBe(true);
  expect(refused({ ...others, FLINKS_AUTHORIZE_TOKENS: 'on' }).variables).toEqual(['FLINKS_SECRET_KEY']);
  expect(refused({ ...needed, FLINKS_AUTHORIZE_TOKENS: 'no' }).variables).toEqual(['FLINKS_AUTHORIZE_TOKENS']);
});

test('every missing variable is named at once', () => {
  const error = refused({});
  expect(error.variables.toSorted()).toEqual(Object.keys(needed).toSorted());
  for (const variable of Object.keys(needed)) expect(error.message).toContain(`${variable} is missing`);
});

test.each([
  ['FLINKS_BASE_URL', ''],
  ['FLINKS_BASE_URL', 'other-api.private.fin.ag'],
  ['FLINKS_BASE_URL', 'ftp://example-api.private.fin.ag'],
  ['FLINKS_BASE_URL', 'https://example-api.private.fin.ag/v3'],
  ['FLINKS_BASE_URL', 'https://example-api.private.fin.ag/?a=91'],
  ['FLINKS_BASE_URL', 'https://example-api.private.fin.ag/#91'],
  ['FLINKS_BASE_URL', 'https://name:91@example-api.private.fin.ag'],
  ['FLINKS_CUSTOMER_ID', '../other'],
  ['FLINKS_SECRET_KEY', ''],
  ['FLINKS_API_KEY', ''],
  ['FLINKS_EXTRA_HEADERS', 'Authorization: Bearer-91'],
  ['FLINKS_EXTRA_HEADERS', '{"Authorization": 91}'],
  ['FLINKS_EXTRA_HEADERS', '{"Authorization": "Bearer-91\\r\\nHost: x"}'],
  ['FLINKS_MAX_RESPONSE_BYTES', '-1'],
  ['FLINKS_MAX_RESPONSE_BYTES', '32 MB'],
  ['FLINKS_POLL_TIMEOUT', 'soon'],
  ['FLINKS_POLL_TIMEOUT', '0 ms'],
  ['FLINKS_RETRY_ATTEMPTS', '0'],
  ['FLINKS_RETRY_ATTEMPTS', '2.5'],
  ['SEARCH_ATTRIBUTES', 'yes-91'],
  ['LOG_LEVEL', 'loud-91'],
  ['WORKER_MAX_CONCURRENT_ACTIVITIES', '0'],
  ['WORKER_MAX_CONCURRENT_WORKFLOW_TASKS', '1'],
  ['WORKER_MAX_CACHED_WORKFLOWS', '1'],
  ['WORKER_MAX_CACHED_WORKFLOWS', '0'],
  ['WORKER_POLLERS', 'many-91'],
  ['FLINKS_MAX_CALLS_PER_SECOND', '0'],
  ['FLINKS_MAX_CALLS_PER_SECOND', '-91'],
  ['HEALTH_ADDRESS', '9191'],
  ['HEALTH_ADDRESS', 'worker:99191'],
  ['METRICS_ADDRESS', 'worker-91:9464'],
])('%s is named where it does not fit: %s', (variable, value) => {
  const error = refused({ ...needed, [variable]: value });
  expect(new Set(error.variables)).toEqual(new Set([variable]));
});

test.each(['key\n91', 'key\u00e991', 'clé-91', 'key 91', '“key-91”', 'key\u0000', '\u200bkey'])(
  'a key that no header can carry is named, and not shown: %j',
  (key) => {
    for (const variable of ['FLINKS_SECRET_KEY', 'FLINKS_API_KEY']) {
      const error = refused({ ...needed, [variable]: key });
      expect(error.variables).toEqual([variable]);
      expect(error.message).toContain('no header can carry');
      expect(error.message).not.toContain(key);
    }
    const config = { TEMPORAL_CONFIG_FILE: fileWith('[profile.default]\n'), TEMPORAL_API_KEY: key };
    expect(errorOf(() => loadTemporalConfig(config)).variables).toEqual(['TEMPORAL_API_KEY']);
  },
);

test('an API key for Temporal does not leave this machine without TLS', () => {
  const config = { TEMPORAL_CONFIG_FILE: fileWith('[profile.default]\n'), TEMPORAL_API_KEY: 'key-91' };
  const far = { ...config, TEMPORAL_ADDRESS: 'temporal.example:7233' };
  expect(loadTemporalConfig(far).connectionOptions.tls).toBe(true);
  for (const off of ['false', '0']) {
    const error = errorOf(() => loadTemporalConfig({ ...far, TEMPORAL_TLS: off }));
    expect(error.variables).toEqual(['TEMPORAL_API_KEY']);
    expect(error.message).toMatch(/TLS is off/);
    expect(error.message).not.toContain('key-91');
  }
  for (const near of ['localhost:7233', '127.0.0.1:7233', '[::1]:7233'])
    expect(loadTemporalConfig({ ...config, TEMPORAL_ADDRESS: near, TEMPORAL_TLS: 'false' }).address).toBe(near);
});

test('no value is repeated, whichever variable it stands in', () => {
  const value = '{"Authorization": "Bearer 91\\n"}';
  const variables = Object.fromEntries(checked.map((variable) => [variable, value]));
  const error = refused({ ...needed, ...variables });
  expect(error.variables).toEqual(checked);
  expect(error.message).not.toContain('91');
});

test('a secret comes from the file that its _FILE variable names, without the line end', () => {
  const { FLINKS_SECRET_KEY: _, ...others } = needed;
  const config = loadWorkerConfig({ ...others, FLINKS_SECRET_KEY_FILE: fileWith('from-a-file\n') });
  expect(config.flinks.secretKey).toBe('from-a-file');
});

test('a secret given twice, and a file that is not there, are named without what they hold', () => {
  const file = fileWith('from-a-file');
  const error = refused({
    ...needed,
    FLINKS_SECRET_KEY_FILE: file,
    FLINKS_API_KEY: '',
    FLINKS_API_KEY_FILE: '/not/there',
  });
  expect(error.variables).toEqual(['FLINKS_SECRET_KEY_FILE', 'FLINKS_API_KEY_FILE']);
  for (const hidden of ['from-a-file', needed.FLINKS_SECRET_KEY, '/not/there'])
    expect(error.message).not.toContain(hidden);
});

test('Temporal is where its own variables say, and on this machine where they say nothing', () => {
  // A profile without a word, so that no configuration file of the person who runs the tests takes part.
  const nowhere = { TEMPORAL_CONFIG_FILE: fileWith('[profile.default]\n') };
  expect(loadTemporalConfig(nowhere)).toMatchObject({ address: 'localhost:7233', namespace: 'default' });
  const set = { ...nowhere, TEMPORAL_ADDRESS: 'temporal.example:7234', TEMPORAL_NAMESPACE: 'accounts' };
  expect(loadTemporalConfig(set)).toMatchObject({ address: 'temporal.example:7234', namespace: 'accounts' });
  const error = errorOf(() => loadTemporalConfig({ ...nowhere, TEMPORAL_ADDRESS: 'temporal.example' }));
  expect(error.variables).toEqual(['TEMPORAL_ADDRESS']);
});
