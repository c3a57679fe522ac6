// The wire shapes of Flinks: the only file that knows its PascalCase. What we rely on is checked, what we do not know is
// kept, and a field that we only report is dropped rather than let a whole reply fail.
import { z } from 'zod';
import { camelCaseKeys } from './camel-case.js';

const optionalText = z.string().min(1).optional().catch(undefined);

/** FlinksCodes become search attributes and log fields, so nothing else may pass for one. Some are printed with blanks. */
const flinksCode = z
  .string()
  .transform((code) =>
    code
      .trim()
      .replace(/[\s-]+/g, '_')
      .toUpperCase(),
  )
  .pipe(z.string().regex(/^[A-Z0-9_]{1,64}$/))
  .optional()
  .catch(undefined);

const challenge = z.object({
  Type: z.string().nullish(),
  Prompt: z.string().nullish(),
  Iterables: z.array(z.string()).nullish(),
});

/** Checks JSON and passes it on as it is: the copy that zod makes of an object leaves out a key named `__proto__`. */
const asItIs = (schema: z.ZodType): z.ZodType<Record<string, unknown>> =>
  z.custom<Record<string, unknown>>().superRefine((json, context) => {
    for (const { path, message } of schema.safeParse(json).error?.issues ?? [])
      context.addIssue({ code: 'custom', path, message });
  });

const login = asItIs(z.object({})).nullish();

/** The fields that any reply may carry, success or error. It fits every JSON object. */
export const envelope = z.object({
  FlinksCode: flinksCode,
  Message: optionalText,
  RequestId: optionalText,
  Institution: optionalText,
  Login: z.object({ Id: optionalText }).nullish().catch(undefined),
  SecurityChallenges: z.array(challenge).nullish().catch(undefined),
});
export type Envelope = z.infer<typeof envelope>;

// Not `Message`: web servers of the same make as Flinks' write one themselves.
const fieldsOfFlinks = [
  'HttpStatusCode',
  'FlinksCode',
  'RequestId',
  'Token',
  'SecurityChallenges',
  'Login',
  'Accounts',
] as const;

/** Whether a body is one of Flinks. What a gateway or a web server says in its place has none of these fields. */
export const isEnvelope = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && fieldsOfFlinks.some((field) => Object.hasOwn(json, field));

export const tokenReply = z.object({ Token: z.string().min(1) });

export const sessionReply = z
  .object({ RequestId: z.string().min(1), Institution: optionalText, Login: login })
  .transform((reply) => ({
    requestId: reply.RequestId,
    ...(reply.Institution !== undefined && { institution: reply.Institution }),
    ...loginOf(reply.Login),
  }));

/** A 203, or the 401 that gives another chance. A prompt or type that is missing becomes an empty string. */
export const challengesReply = z
  .object({ RequestId: z.string().min(1), Institution: optionalText, SecurityChallenges: z.array(challenge).nullish() })
  .transform((reply) => ({
    requestId: reply.RequestId,
    ...(reply.Institution !== undefined && { institution: reply.Institution }),
    challenges: (reply.SecurityChallenges ?? []).map(({ Type, Prompt, Iterables }) => ({
      prompt: Prompt ?? '',
      type: Type ?? '',
      ...(Iterables && { choices: Iterables }),
    })),
  }));

const account = asItIs(z.object({ Transactions: z.array(z.object({})).nullish() }));

export const accountsReply = z
  .object({ Accounts: z.array(account), RequestId: optionalText, Institution: optionalText, Login: login })
  .transform((reply) => ({
    accounts: reply.Accounts.map((one) => camelCaseKeys(one)),
    ...(reply.Institution !== undefined && { institution: reply.Institution }),
    ...loginOf(reply.Login),
  }));

/** A session that Flinks opened. `requestId` names it in every later call. */
export type Session = z.output<typeof sessionReply>;
export type OpenChallenges = z.output<typeof challengesReply>;
export type Accounts = z.output<typeof accountsReply>;

function loginOf(wire: z.infer<typeof login>): { login?: Record<string, unknown> } {
  return wire ? { login: camelCaseKeys(wire) } : {};
}
