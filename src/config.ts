// What a worker reads from its environment, checked as a whole and returned as one object.
import { z } from 'zod';
import { defaultRetryPolicy, type RetryPolicy } from './activities/retries.js';
import { milliseconds } from './contract.js';
import { checkEnvironment, fitsHeader, noHeaderFits, wholeNumber, type Environment } from './config/environment.js';
import type { FlinksClientOptions } from './flinks/client.js';
import { logLevels, type LogLevelName } from './logging/levels.js';
import { address, ipAddress, isLoopback, type Address } from './config/address.js';
import { proxyFor } from './config/proxy.js';
import { capacityOf, thisMachine, type Capacity } from './config/capacity.js';

export interface WorkerConfig {
  flinks: FlinksClientOptions;
  retries: RetryPolicy;
  searchAttributes: boolean;
  logLevel: LogLevelName;
  /** Makes this a worker of that build: it gets new runs only while its build is the current one. */
  buildId?: string | undefined;
  /** A bundle of `npm run build`, if it is not next to the compiled sources. */
  workflowBundle?: string | undefined;
  /** Calls to Flinks that all workers together begin in a second. */
  maxCallsPerSecond?: number | undefined;
  /** What this worker takes on at once. */
  capacity: Capacity;
  healthAddress?: Address | undefined;
  /** IP address and port. */
  metricsAddress?: string | undefined;
  /** Whether spans are exported. OpenTelemetry reads from its own variables where to and how. */
  traces: boolean;
  /** Milliseconds in which running activities may finish after SIGTERM. */
  shutdownGraceMs: number;
}

const given = (what: string) => z.string(`is missing: ${what}`).min(1, `is empty: ${what}`);

/** A key that is sent as a header. */
const key = (what: string) => given(what).refine(fitsHeader, noHeaderFits);

const duration = (byDefault: number, least = 1) =>
  z
    .string()
    .transform(milliseconds)
    .refine((ms) => ms >= least && ms <= 86_400_000, 'must be a duration such as "30 seconds", up to 24 hours')
    .default(byDefault);

const headers = z
  .string()
  .transform((text, context) => {
    try {
      return z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[\x20-\x7e]*$/)).parse(JSON.parse(text));
    } catch {
      context.addIssue('must be a JSON object of header names and values');
      return z.NEVER;
    }
  })
  .default({});

const urlOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

const baseUrl = given('the address of your Flinks instance, such as https://example-api.private.fin.ag').refine(
  (text) => /^https?:$/.test(urlOf(text)?.protocol ?? '') && urlOf(text)?.href === `${urlOf(text)?.origin}/`,
  'must be scheme, host and port only, such as https://example-api.private.fin.ag',
);

/** Over plain http, anybody on the network between can read keys and bank data. A loopback address uses no network. */
const isPrivate = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url.hostname);

const minute = 60_000;

const byDefault = capacityOf(thisMachine());

const workerObject = z.object({
  FLINKS_BASE_URL: baseUrl.describe('Where your Flinks instance is. The path is added.'),
  FLINKS_ALLOW_HTTP: z
    .enum(['0', '1'], 'must be 0 or 1')
    .default('0')
    .describe('1 allows http outside the loopback address, for a simulator in a private network.'),
  FLINKS_CUSTOMER_ID: given('your customer id at Flinks')
    .regex(/^[\w-]+$/, 'must be letters, digits and hyphens')
    .describe('Your customer id at Flinks.'),
  FLINKS_SECRET_KEY: z
    .string()
    .refine(fitsHeader, noHeaderFits)
    .default('')
    .describe('The key that mints authorize tokens. Needed unless FLINKS_AUTHORIZE_TOKENS is off.'),
  FLINKS_AUTHORIZE_TOKENS: z
    .enum(['on', 'off'], 'must be on or off')
    .default('on')
    .describe('off for an older instance without authorize tokens: none is minted, and Authorize carries none.'),
  FLINKS_API_KEY: key('the x-api-key of the data endpoints').describe('The x-api-key of the data endpoints.'),
  FLINKS_EXTRA_HEADERS: headers.describe('More headers for every call, for instances that ask for one.'),
  FLINKS_MAX_RESPONSE_BYTES: wholeNumber(32 * 1024 * 1024, 1_024, 1024 ** 3).describe(
    'The largest body of a reply, in bytes after decompression.',
  ),
  FLINKS_TOKEN_TIMEOUT: duration(30_000).describe('How long a request for a token may take.'),
  // Flinks may hold these for 210 s before it says 202; a shorter time-out would cut a good answer off.
  FLINKS_AUTHORIZE_TIMEOUT: duration(3.75 * minute).describe(
    'How long Authorize may take. Flinks may hold it for 210 s.',
  ),
  FLINKS_DATA_TIMEOUT: duration(3.75 * minute).describe(
    'How long Summary and Detail may take. Flinks may hold them for 210 s.',
  ),
  FLINKS_POLL_TIMEOUT: duration(30_000).describe('How long a poll may take.'),
  FLINKS_RETRY_ATTEMPTS: wholeNumber(defaultRetryPolicy.maximumAttempts, 1, 20).describe(
    'How often a call that is safe to repeat is made at most.',
  ),
  FLINKS_RETRY_INTERVAL: duration(defaultRetryPolicy.initialInterval).describe(
    'The wait before the second attempt. It doubles for each further one.',
  ),
  FLINKS_RETRY_MAXIMUM_INTERVAL: duration(defaultRetryPolicy.maximumInterval).describe(
    'The longest wait between two attempts.',
  ),
  FLINKS_RETRY_AFTER_MAXIMUM: duration(defaultRetryPolicy.longestRetryAfter, 0).describe(
    'The longest Retry-After that is honoured.',
  ),
  FLINKS_RETRY_TOTAL: duration(defaultRetryPolicy.total).describe(
    'The time after the first attempt in which the last one has to begin.',
  ),
  SEARCH_ATTRIBUTES: z
    .enum(['on', 'off'], 'must be on or off')
    .default('on')
    .describe('off if no search attributes can be registered: runs then write none.'),
  LOG_LEVEL: z
    .enum(logLevels, `must be one of ${logLevels.join(', ')}`)
    .default('info')
    .describe('What is logged: this level and those above it. debug logs each call to Flinks.'),
  WORKER_BUILD_ID: z
    .string()
    .min(1)
    .max(200, 'must be at most 200 characters')
    .optional()
    .describe('Makes this a worker of that build. It gets new runs only while its build is the current one.'),
  WORKFLOW_BUNDLE: z
    .string()
    .min(1)
    .optional()
    .describe('A workflow bundle of npm run build that is not beside the compiled sources.'),
  WORKER_MAX_CONCURRENT_ACTIVITIES: wholeNumber(byDefault.maxConcurrentActivities, 1, 10_000).meta({
    description: 'Calls to Flinks that this worker makes at once.',
    byDefault: 'by cores and memory',
  }),
  WORKER_MAX_CONCURRENT_WORKFLOW_TASKS: wholeNumber(byDefault.maxConcurrentWorkflowTasks, 2, 1_000).meta({
    description: 'Workflow tasks that this worker does at once.',
    byDefault: 'by cores',
  }),
  // Without a cache the SDK loses local activities.
  WORKER_MAX_CACHED_WORKFLOWS: wholeNumber(byDefault.maxCachedWorkflows, 2, 100_000).meta({
    description: 'Runs that this worker keeps in memory between two events.',
    byDefault: 'by memory',
  }),
  WORKER_POLLERS: wholeNumber(byDefault.pollers, 2, 100).meta({
    description: 'Requests for work that are open at once, for activities and for workflow tasks each.',
    byDefault: 'by cores',
  }),
  FLINKS_MAX_CALLS_PER_SECOND: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,3})?$/, 'must be a number such as 20 or 0.5')
    .transform(Number)
    .refine((n) => n > 0, 'must be more than 0')
    .optional()
    .describe('Calls to Flinks that all workers together begin in a second. Give every worker the same value.'),
  HEALTH_ADDRESS: address.describe('Where /healthz and /readyz are served. Without it they are not.'),
  METRICS_ADDRESS: ipAddress.describe('Where /metrics is served for Prometheus. Without it, it is not.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine(
      (text) => text === '' || /^https?:$/.test(urlOf(text)?.protocol ?? ''),
      'must be the address of a collector, such as http://localhost:4318',
    )
    .default('')
    .describe('The OpenTelemetry collector that gets traces. Without it no traces are written.'),
  WORKER_SHUTDOWN_GRACE: duration(30_000).describe('How long running calls may go on after SIGTERM.'),
});

/** Asked also if other variables are wrong, so that all are named together. */
const ifText =
  (variable: string) =>
  ({ value }: { value: unknown }): boolean =>
    typeof (value as Record<string, unknown>)[variable] === 'string';

/** The variables of a worker, each with the sentence that docs/variables.md has. */
export const workerVariables = workerObject
  .refine(
    ({ FLINKS_BASE_URL, FLINKS_ALLOW_HTTP }) => {
      const url = urlOf(FLINKS_BASE_URL);
      return url === undefined || isPrivate(url) || FLINKS_ALLOW_HTTP === '1';
    },
    {
      path: ['FLINKS_BASE_URL'],
      error:
        'must begin with https://, except on a loopback address; FLINKS_ALLOW_HTTP=1 allows http in a private network',
      when: ifText('FLINKS_BASE_URL'),
    },
  )
  .refine(
    ({ FLINKS_SECRET_KEY, FLINKS_AUTHORIZE_TOKENS }) => FLINKS_SECRET_KEY !== '' || FLINKS_AUTHORIZE_TOKENS === 'off',
    {
      path: ['FLINKS_SECRET_KEY'],
      error: 'is missing or empty: the secret key that mints authorize tokens',
      when: ifText('FLINKS_SECRET_KEY'),
    },
  );

/** Reads what a worker needs. Throws a ConfigurationError that names every bad variable. */
export function loadWorkerConfig(environment: Environment = process.env): WorkerConfig {
  const v = checkEnvironment(workerVariables, environment, [
    'FLINKS_SECRET_KEY',
    'FLINKS_API_KEY',
    'FLINKS_EXTRA_HEADERS',
  ]);
  return {
    flinks: {
      baseUrl: v.FLINKS_BASE_URL,
      proxy: proxyFor(v.FLINKS_BASE_URL),
      customerId: v.FLINKS_CUSTOMER_ID,
      secretKey: v.FLINKS_SECRET_KEY,
      authorizeTokens: v.FLINKS_AUTHORIZE_TOKENS === 'on',
      apiKey: v.FLINKS_API_KEY,
      extraHeaders: v.FLINKS_EXTRA_HEADERS,
      maxResponseBytes: v.FLINKS_MAX_RESPONSE_BYTES,
      timeouts: {
        token: v.FLINKS_TOKEN_TIMEOUT,
        authorize: v.FLINKS_AUTHORIZE_TIMEOUT,
        data: v.FLINKS_DATA_TIMEOUT,
        poll: v.FLINKS_POLL_TIMEOUT,
      },
    },
    retries: {
      maximumAttempts: v.FLINKS_RETRY_ATTEMPTS,
      initialInterval: v.FLINKS_RETRY_INTERVAL,
      maximumInterval: v.FLINKS_RETRY_MAXIMUM_INTERVAL,
      longestRetryAfter: v.FLINKS_RETRY_AFTER_MAXIMUM,
      total: v.FLINKS_RETRY_TOTAL,
    },
    searchAttributes: v.SEARCH_ATTRIBUTES === 'on',
    logLevel: v.LOG_LEVEL,
    buildId: v.WORKER_BUILD_ID,
    workflowBundle: v.WORKFLOW_BUNDLE,
    maxCallsPerSecond: v.FLINKS_MAX_CALLS_PER_SECOND,
    capacity: {
      maxConcurrentActivities: v.WORKER_MAX_CONCURRENT_ACTIVITIES,
      maxConcurrentWorkflowTasks: v.WORKER_MAX_CONCURRENT_WORKFLOW_TASKS,
      maxCachedWorkflows: v.WORKER_MAX_CACHED_WORKFLOWS,
      pollers: v.WORKER_POLLERS,
    },
    healthAddress: v.HEALTH_ADDRESS,
    metricsAddress: v.METRICS_ADDRESS,
    traces: v.OTEL_EXPORTER_OTLP_ENDPOINT !== '',
    shutdownGraceMs: v.WORKER_SHUTDOWN_GRACE,
  };
}
