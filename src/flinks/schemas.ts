// The wire shapes of Flinks: the only file that knows its PascalCase. What we rely on is checked, what we do not know is
// kept, and a field that we only report is dropped rather than let a whole reply fail.
import { z } from 'zod';
import { camelCaseKeys } from './camel-case.js';

const optionalText = z
  .string()
  .refine((text) => text.trim() !== '')
  .optional()
  .catch(undefined);

/** .NET writes this where it has no id. */
const noId = '00000000-0000-0000-0000-000000000000';
const optionalId = optionalText.transform((id) => (id === noId ? undefined : id));

/** Flinks' serializers write an empty list, object or text for what is not there. */
const isEmpty = (json: unknown): boolean =>
  json === '' || (typeof json === 'object' && json !== null && Object.keys(json).length === 0);
const unlessEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((json) => (isEmpty(json) ? undefined : json), schema);

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

/** What is left of a list without what cannot be read. */
const withoutGapsIn = (choices: (string | null | undefined)[]): string[] | undefined => {
  const known = choices.filter((one) => typeof one === 'string');
  return known.length > 0 ? known : undefined;
};

/** A choice is sent back as a text, whatever it was. */
const choice = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const challenge = z.object({
  Type: z.string().nullish(),
  Prompt: z.string().nullish(),
  Iterables: unlessEmpty(z.array(choice.nullish().catch(undefined)).transform(withoutGapsIn).nullish()).catch(
    undefined,
  ),
});
const challenges = unlessEmpty(z.array(challenge).nullish());

/** Checks JSON and passes it on as it is: the copy that zod makes of an object leaves out a key named `__proto__`. */
const asItIs = (schema: z.ZodType): z.ZodType<Record<string, unknown>> =>
  z.custom<Record<string, unknown>>().superRefine((json, context) => {
    for (const { path, message } of schema.safeParse(json).error?.issues ?? [])
      context.addIssue({ code: 'custom', path, message });
  });

/** Only reported: what is no object is left out. */
const login = unlessEmpty(asItIs(z.object({})).nullish()).catch(undefined);

/** The fields that any reply may carry, success or error. It fits every JSON object. */
export const envelope = z.object({
  FlinksCode: flinksCode,
  HttpStatusCode: z.number().int().min(100).max(599).optional().catch(undefined),
  Message: optionalText,
  RequestId: optionalId,
  Institution: optionalText,
  SecurityChallenges: challenges.catch(undefined),
});
export type Envelope = z.infer<typeof envelope>;

/** What only Flinks writes. A gateway's own JSON has a message at most. */
const ofFlinks = ['HttpStatusCode', 'FlinksCode', 'RequestId', 'Token', 'Accounts', 'SecurityChallenges', 'Login'];

/** Whether a body is Flinks' own, and not that of something between Flinks and us. */
export const isFlinksBody = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && ofFlinks.some((field) => Object.hasOwn(json, field));

/** What DeleteCard answers: a status under another name than elsewhere, and a sentence. */
export const deletedReply = z.object({
  StatusCode: z.number().int().optional().catch(undefined),
  Message: optionalText,
});

export const tokenReply = z.object({ Token: z.string().min(1) });

/** Far longer than any id of Flinks, and short enough for an address and a list. */
const id = z
  .string()
  .max(256)
  .refine((text) => text.trim() !== '' && text !== noId);

export const sessionReply = z.object({ RequestId: id, Institution: optionalText, Login: login }).transform((reply) => ({
  requestId: reply.RequestId,
  ...(reply.Institution !== undefined && { institution: reply.Institution }),
  ...loginOf(reply.Login),
}));

/** A 203, or the 401 that gives another chance. A prompt or type that is missing becomes an empty string. */
export const challengesReply = z
  .object({ RequestId: id, Institution: optionalText, SecurityChallenges: challenges })
  .transform((reply) => ({
    requestId: reply.RequestId,
    ...(reply.Institution !== undefined && { institution: reply.Institution }),
    challenges: (reply.SecurityChallenges ?? []).map(({ Type, Prompt, Iterables }) => ({
      prompt: Prompt ?? '',
      type: Type ?? '',
      ...(Iterables && { choices: Iterables }),
    })),
  }));

type Row = Record<string, unknown>;

/** The rows of a list that can be read. A null among them is no reason to lose the others. */
const rowsOf = (list: readonly unknown[]): Row[] =>
  list.filter((row): row is Row => typeof row === 'object' && row !== null && !Array.isArray(row));

/** A list in which no row can be read says nothing. */
const accountRows = z
  .array(z.unknown())
  .refine((list) => list.length === 0 || rowsOf(list).length > 0)
  .transform(rowsOf);

export const accountsReply = z
  .object({ Accounts: accountRows, RequestId: optionalText, Institution: optionalText, Login: login })
  .transform((reply) => ({
    accounts: reply.Accounts.map((row) => withoutGaps(camelCaseKeys(row))),
    ...(reply.Institution !== undefined && { institution: reply.Institution }),
    ...loginOf(reply.Login),
  }));

/** A session that Flinks opened. `requestId` names it in every later call. */
export type Session = z.output<typeof sessionReply>;
export type OpenChallenges = z.output<typeof challengesReply>;
export type Accounts = z.output<typeof accountsReply>;

/** An account without the fields that say nothing and the transactions that cannot be read. */
function withoutGaps(account: Row): Row {
  const { transactions } = account;
  if (isEmpty(account['holder'])) delete account['holder'];
  if (Array.isArray(transactions)) account['transactions'] = rowsOf(transactions);
  else if (isEmpty(transactions)) delete account['transactions'];
  return account;
}

/** Whose a reply is, if it says so. */
export const loginIdOf = (json: unknown): string | undefined =>
  z.object({ Login: z.object({ Id: optionalId }) }).safeParse(json).data?.Login.Id;

function loginOf(wire: z.infer<typeof login>): { login?: Record<string, unknown> } {
  return wire ? { login: camelCaseKeys(wire) } : {};
}
