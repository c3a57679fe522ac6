// The environment, read once, checked as a whole and handed on as one object. No value is ever repeated in a message.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { defaultRetryPolicy, type RetryPolicy } from './activities/retries.js';
import { milliseconds } from './contract.js';
import type { FlinksClientOptions } from './flinks/client.js';
import { isLoopback } from './loopback.js';

export type Environment = Record<string, string | undefined>;

export interface ConfigurationProblem {
  variable: string;
  /** What is wrong with it, and never its value. */
  problem: string;
}

/** Variables that are missing or do not fit, each named with what it should be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: ConfigurationProblem[];

  constructor(problems: ConfigurationProblem[]) {
    super(`The configuration does not fit: ${problems.map((one) => `${one.variable} ${one.problem}`).join('; ')}.`);
    this.problems = problems;
  }

  /** The names of the variables at fault. */
  get variables(): string[] {
    return this.problems.map(({ variable }) => variable);
  }
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevelName = (typeof logLevels)[number];

export interface WorkerConfig {
  flinks: FlinksClientOptions;
  retries: RetryPolicy;
  searchAttributes: boolean;
  logLevel: LogLevelName;
  buildId?: string | undefined;
  /** Milliseconds in which running activities may finish after SIGTERM. */
  shutdownGraceMs: number;
}

const given = (what: string) => z.string(`is missing: ${what}`).min(1, `is empty: ${what}`);

const duration = (byDefault: number, least = 1) =>
  z
    .string()
    .transform(milliseconds)
    .refine((ms) => ms >= least && ms <= 86_400_000, 'must be a duration such as "30 seconds", up to 24 hours')
    .default(byDefault);

/** A variable that is a whole number within these bounds. */
export const wholeNumber = (byDefault: number, least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be from ${least} to ${most}`)
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

/** Over plain http anybody on the way reads keys and bank data; a loopback address has no way. */
const isPrivate = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url.hostname);

const minute = 60_000;

const workerObject = z.object({
  FLINKS_BASE_URL: baseUrl,
  FLINKS_ALLOW_HTTP: z.enum(['0', '1'], 'must be 0 or 1').default('0'),
  FLINKS_CUSTOMER_ID: given('your customer id at Flinks').regex(/^[\w-]+$/, 'must be letters, digits and hyphens'),
  FLINKS_SECRET_KEY: given('the secret key that mints authorize tokens'),
  FLINKS_API_KEY: given('the x-api-key of the data endpoints'),
  FLINKS_EXTRA_HEADERS: headers,
  FLINKS_MAX_RESPONSE_BYTES: wholeNumber(32 * 1024 * 1024, 1_024, 1024 ** 3),
  FLINKS_TOKEN_TIMEOUT: duration(30_000),
  // Flinks may hold these for 210 s before it says 202; a shorter time-out would cut a good answer off.
  FLINKS_AUTHORIZE_TIMEOUT: duration(3.75 * minute),
  FLINKS_DATA_TIMEOUT: duration(3.75 * minute),
  FLINKS_POLL_TIMEOUT: duration(30_000),
  FLINKS_RETRY_ATTEMPTS: wholeNumber(defaultRetryPolicy.maximumAttempts, 1, 20),
  FLINKS_RETRY_INTERVAL: duration(defaultRetryPolicy.initialInterval),
  FLINKS_RETRY_MAXIMUM_INTERVAL: duration(defaultRetryPolicy.maximumInterval),
  FLINKS_RETRY_AFTER_MAXIMUM: duration(defaultRetryPolicy.longestRetryAfter, 0),
  FLINKS_RETRY_TOTAL: duration(defaultRetryPolicy.total),
  SEARCH_ATTRIBUTES: z.enum(['on', 'off'], 'must be on or off').default('on'),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  WORKER_BUILD_ID: z.string().min(1).max(200).optional(),
  WORKER_SHUTDOWN_GRACE: duration(30_000),
});

const workerVariables = workerObject.refine(
  ({ FLINKS_BASE_URL, FLINKS_ALLOW_HTTP }) => {
    const url = urlOf(FLINKS_BASE_URL);
    return url === undefined || isPrivate(url) || FLINKS_ALLOW_HTTP === '1';
  },
  {
    path: ['FLINKS_BASE_URL'],
    error:
      'must begin with https://, except on a loopback address; FLINKS_ALLOW_HTTP=1 allows http in a private network',
    // Named together with whatever else is wrong.
    when: ({ value }) => typeof (value as { FLINKS_BASE_URL?: unknown }).FLINKS_BASE_URL === 'string',
  },
);

/** Reads what a worker needs. Throws a ConfigurationError that names every variable at fault. */
export function loadWorkerConfig(environment: Environment = process.env): WorkerConfig {
  const v = checkEnvironment(workerVariables, environment, [
    'FLINKS_SECRET_KEY',
    'FLINKS_API_KEY',
    'FLINKS_EXTRA_HEADERS',
  ]);
  return {
    flinks: {
      baseUrl: v.FLINKS_BASE_URL,
      customerId: v.FLINKS_CUSTOMER_ID,
      secretKey: v.FLINKS_SECRET_KEY,
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
    shutdownGraceMs: v.WORKER_SHUTDOWN_GRACE,
  };
}

/** Reads several parts of a configuration and names the faults of all of them at once. */
export function readTogether<T extends unknown[]>(...readers: { [Part in keyof T]: () => T[Part] }): T {
  const faults: ConfigurationProblem[] = [];
  const parts = readers.map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      faults.push(...error.problems);
      return undefined;
    }
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
  return parts as T;
}

/** Takes each secret from its variable or from the file that its `…_FILE` variable names. Empty means unset. */
export function withSecretFiles(environment: Environment, secrets: string[]): Environment {
  const found = { ...environment };
  const problems: ConfigurationProblem[] = [];
  for (const secret of secrets) {
    const variable = `${secret}_FILE`;
    const file = environment[variable];
    if (!file) continue;
    if (environment[secret]) problems.push({ variable, problem: `and ${secret} are both set; keep one` });
    try {
      found[secret] = readFileSync(file, 'utf8').trim();
    } catch {
      problems.push({ variable, problem: 'names a file that cannot be read' });
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return found;
}

/** Checks a part of the environment. Throws a ConfigurationError that names every variable at fault. */
export function checkEnvironment<T>(schema: z.ZodType<T>, environment: Environment, secrets: string[]): T {
  const parsed = schema.safeParse(withSecretFiles(environment, secrets));
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    parsed.error.issues.map(({ path, message }) => ({ variable: String(path[0]), problem: message })),
  );
}
