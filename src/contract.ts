// The words that clients, workers and running workflows share. Change one and open runs, other languages and saved
// views stop understanding it: add, never rename. This is the only room through which workflows see zod.
import { z } from 'zod';
import { milliseconds } from './contract/duration.js';
import { guidPattern } from './contract/guid.js';
import { stages } from './contract/stages.js';
import { unfrozen } from './sdk-internals/unfrozen.js';

export { milliseconds } from './contract/duration.js';
export { stages, type Stage } from './contract/stages.js';

export const taskQueue = 'flinks-account-details';
export const workflowType = 'retrieveAccountDetails';
/** By a run of this type, which does nothing, a run under another id holds the own id of its login. See workflows/own-id.ts. */
export const holdType = 'holdLogin';
/** The name of the signal and of the update that carry a customer's answers. */
export const answerName = 'answerSecurityChallenges';
export const waitForChallengeName = 'waitForChallenge';
export const progressName = 'progress';

/** The workflow id of a LoginId. The same LoginId, in whatever case, is the same run, so no two can overlap. */
export const accountDetailsWorkflowId = (loginId: string): string => `account-details-${loginId.toLowerCase()}`;

/** Search attributes and the types under which the worker registers them. */
export const searchAttributes = {
  FlinksStage: 'KEYWORD',
  FlinksInstitution: 'KEYWORD',
  FlinksCode: 'KEYWORD',
  FlinksStageSince: 'DATETIME',
} as const;

/** The types of failure with which a run can end. */
export const failureTypes = [
  'InvalidInput',
  'UnknownLogin',
  'InvalidCredentials',
  'LoginRefused',
  'LoginOutcomeUnknown',
  'SecurityAnswerRejected',
  'SecurityAnswerTimedOut',
  'TooManyChallengeRounds',
  'UnsupportedChallenge',
  'SessionLost',
  'PendingTooLong',
  'RateLimited',
  'InstitutionUnavailable',
  'FlinksUnavailable',
  'FlinksConfiguration',
  'UnexpectedResponse',
  'ResponseTooLarge',
] as const;
export type FailureType = (typeof failureTypes)[number];

/** Why an answer was not taken. */
export const rejectionTypes = [
  'NoChallengeOpen',
  'RoundOver',
  'WrongSession',
  'UnknownPrompt',
  'MissingPrompt',
  'InvalidChoice',
  'EmptyAnswer',
  'DuplicateAnswer',
  'AnswerTooLarge',
  'InvalidAnswer',
] as const;
export type RejectionType = (typeof rejectionTypes)[number];

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

// JSON Schema knows no flag for letters of either case.
const units = 'milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y';
const durationText = {
  maxLength: 100,
  pattern: `^\\d*\\.?\\d+ *(${units.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)})?$`,
};

// A check in code says in its `meta` what the published JSON Schemas can hold of it, and in words what they cannot.
const duration = (least: number, most: number, range: string) =>
  z
    .string(`must be a duration such as "30 seconds"`)
    .refine(
      (text) => {
        const length = milliseconds(text);
        return length >= least && length <= most;
      },
      { error: `must be a duration such as "30 seconds", ${range}` },
    )
    .meta({ description: `A duration, ${range}. In milliseconds if it has no unit.`, ...durationText });

// Not z.guid(): its pattern belongs to zod, and the sandbox freezes it.
const guid = z.string('must be a GUID').regex(new RegExp(guidPattern), 'must be a GUID').meta({ format: 'uuid' });
const text = z.string('must be text').min(1, 'must not be empty');
const flag = z.boolean('must be true or false');

/** An object that refuses unknown fields. */
const object = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, { error: ({ code }) => (code === 'invalid_type' ? 'must be an object' : undefined) });

/** A field that may be left out. `null` means the same: many languages write it for a field that nobody has set. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema
    .nullish()
    .transform((given) => (given ?? undefined) as z.output<Schema> | undefined)
    .optional();

/** The same for a field that has a default. */
const withDefault = <Schema extends z.ZodType>(schema: Schema, value: NoInfer<z.output<Schema>>) =>
  schema
    .nullish()
    .transform((given) => given ?? value)
    .meta({ default: value });

/** A field of the other kind of login, which a class of another language may have all the same: only `null` fits. */
const ofOtherLogin = z.null('cannot be combined with the other kind of login').optional();

const byLoginId = object({
  loginId: guid,
  institution: ofOtherLogin,
  username: ofOtherLogin,
  password: ofOtherLogin,
});
const byCredentials = object({
  loginId: ofOtherLogin,
  institution: text.max(100, 'is too long'),
  username: text,
  password: text,
});
const login = z.union(
  [
    byLoginId.transform(({ loginId }) => ({ loginId })),
    byCredentials.transform(({ institution, username, password }) => ({ institution, username, password })),
  ],
  'must be an object with either a loginId or institution, username and password',
);

const mostIntervals = 4_000;

const polling = object({
  interval: withDefault(duration(second, 10 * minute, 'from 1 second to 10 minutes'), '30 seconds'),
  deadline: withDefault(
    duration(1, 24 * hour, 'from one interval to 24 hours, and 4,000 intervals at most'),
    '30 minutes',
  ),
})
  .refine(({ interval, deadline }) => !(milliseconds(deadline) < milliseconds(interval)), {
    path: ['deadline'],
    error: 'must not be shorter than the interval',
  })
  // Each poll is some events, and Temporal ends a run at 51,200 of them.
  .refine(
    ({ interval, deadline }) => !(milliseconds(deadline) > mostIntervals * Math.max(milliseconds(interval), second)),
    {
      path: ['deadline'],
      error: `must be at most ${mostIntervals.toLocaleString('en')} intervals`,
    },
  );

const details = object({
  withTransactions: withDefault(flag, true),
  daysOfTransactions: withDefault(z.enum(['Days90', 'Days365'], 'must be Days90 or Days365'), 'Days90'),
  withAccountIdentity: withDefault(flag, true),
  withKyc: withDefault(flag, true),
  accountsFilter: optional(z.array(guid, 'must be a list of account GUIDs').min(1, 'must name an account')),
});

/** In JSON Schema: with credentials, `fields` cannot have these values. */
const notWithCredentials = (fields: Record<string, unknown>) => ({
  not: {
    type: 'object',
    required: Object.keys(fields),
    properties: {
      ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { const: value }])),
      login: { type: 'object', properties: { password: { type: 'string' } }, required: ['password'] },
    },
  },
});

// Asked of logins that do not fit, too.
const isCredentials = (login: unknown): boolean =>
  typeof login === 'object' && login !== null && (!('loginId' in login) || login.loginId === null);
// Zod skips such checks when a field is of the wrong type. The caller should learn of every fault at once.
const evenWhenOthersAreBad = ({ value }: { value: unknown }): boolean => typeof value === 'object' && value !== null;

const input = object({
  login,
  mode: optional(z.enum(['cached', 'live'], 'must be cached or live')),
  onSessionLost: optional(z.enum(['fail', 'cached', 'live'], 'must be fail, cached or live')),
  language: optional(z.enum(['en', 'fr'], 'must be en or fr')),
  save: withDefault(flag, true),
  details: withDefault(details, details.parse({})),
  polling: withDefault(polling, polling.parse({})),
  answerWithin: withDefault(duration(1, 24 * hour, 'up to 24 hours'), '7 minutes'),
  maxChallengeRounds: withDefault(
    z.int('must be a whole number from 1 to 10').min(1, 'must be at least 1').max(10, 'must be at most 10'),
    6,
  ),
  tag: optional(z.string('must be text').max(200, 'must be at most 200 characters')),
});

/** The fields of each object in an input, by the path of the object. */
export const inputFields: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(input.shape),
  login: Object.keys(byLoginId.shape),
  details: Object.keys(details.shape),
  polling: Object.keys(polling.shape),
};

/** What a run is started with, as callers write it. */
export const inputSchema = unfrozen(
  input
    .refine(({ login, mode }) => !(mode === 'cached' && isCredentials(login)), {
      path: ['mode'],
      error: 'cannot be cached with credentials: only a LoginId has stored data',
      when: evenWhenOthersAreBad,
    })
    .refine(
      ({ login, onSessionLost, save }) => !(onSessionLost === 'cached' && save === false && isCredentials(login)),
      {
        path: ['onSessionLost'],
        error: 'cannot be cached with credentials and save false: nothing is stored to go back to',
        when: evenWhenOthersAreBad,
      },
    )
    .meta({
      allOf: [notWithCredentials({ mode: 'cached' }), notWithCredentials({ onSessionLost: 'cached', save: false })],
    })
    .transform(({ mode, onSessionLost, ...input }) => {
      const stored = 'loginId' in input.login;
      return {
        ...input,
        mode: mode ?? (stored ? ('cached' as const) : ('live' as const)),
        onSessionLost: onSessionLost ?? (stored ? ('cached' as const) : ('fail' as const)),
      };
    }),
);

export type RetrieveAccountDetailsInput = z.input<typeof inputSchema>;
/** The input with every default applied. */
export type ResolvedInput = z.output<typeof inputSchema>;
export type Login = ResolvedInput['login'];

const challenge = z.object({ prompt: z.string(), type: z.string(), choices: z.array(z.string()).optional() });
/** A question of the bank. `prompt` is byte-exact, `type` as Flinks wrote it. */
export type Challenge = z.infer<typeof challenge>;

/** What the `progress` query and the `waitForChallenge` update answer. Times are ISO 8601 UTC with milliseconds. */
export const progressSchema = unfrozen(
  z.object({
    stage: z.enum(stages),
    institution: z.string().optional(),
    requestId: z.string().optional(),
    challenges: z.array(challenge).optional(),
    round: z.int(),
    polls: z.int(),
    nextPollAt: z.iso.datetime().optional(),
    deadline: z.iso.datetime().optional(),
    lastFlinksCode: z.string().optional(),
    /** While the run waits to make a call again: which attempt comes next, of how many, and when. */
    retry: z.object({ attempt: z.int(), of: z.int(), at: z.iso.datetime() }).optional(),
    rejectedAnswers: z.int(),
    lastRejection: z.enum(rejectionTypes).optional(),
  }),
);
export type Progress = z.infer<typeof progressSchema>;

const answers = object({
  round: optional(z.int('must be a whole number')),
  requestId: optional(z.string('must be text')),
  answerId: optional(z.string('must be text').min(1, 'must not be empty').max(64, 'must be at most 64 characters')),
  // Not a z.record: that would drop a prompt named like an object's own machinery, such as `__proto__`.
  answers: z
    .custom<Record<string, string | string[]>>(
      (value) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every(
          (answer) =>
            typeof answer === 'string' || (Array.isArray(answer) && answer.every((a) => typeof a === 'string')),
        ),
      'must be an object that has the answer to each prompt: a text, or a list of texts',
    )
    .meta({
      description: 'The answer to each challenge by its prompt, byte for byte; a list if several choices are meant.',
      type: 'object',
      additionalProperties: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    }),
});

/** The fields of an answer. */
export const answerFields: readonly string[] = Object.keys(answers.shape);

/** What the `answerSecurityChallenges` signal and update carry: an answer, or several, by prompt. */
export const answersSchema = unfrozen(answers);
/** The same, as callers write it. */
export type SecurityAnswers = z.input<typeof answersSchema>;
/** The same, once it was read. */
export type ReadAnswers = z.output<typeof answersSchema>;

export const answerOutcomeSchema = unfrozen(z.object({ accepted: z.literal(true), round: z.int() }));
/** What the update returns for an answer that was taken. */
export type AnswerOutcome = z.infer<typeof answerOutcomeSchema>;

const flinksObject = z.looseObject({});

/** What a run returns. Keys are camelCase at every depth, values as Flinks sent them, unknown fields kept. */
export const resultSchema = unfrozen(
  z.object({
    requestId: z.string(),
    institution: z.string().optional(),
    login: flinksObject.optional(),
    summary: z.array(flinksObject),
    accounts: z.array(flinksObject),
    freshness: z.object({
      /** When Flinks last refreshed the data, as Flinks wrote it: UTC without a zone. */
      lastRefresh: z.string().optional(),
      cached: z.boolean(),
      /** False when the last refresh failed behind a usable session, or when no account has a transaction though asked. */
      complete: z.boolean(),
    }),
    polls: z.int(),
    challengeRounds: z.int(),
  }),
);
export type RetrieveAccountDetailsResult = z.infer<typeof resultSchema>;
