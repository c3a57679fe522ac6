// What a run does with each fault at each of its steps, written by hand from Flinks' documents and from the promises of
// docs/flinks.md. Never derive it from the code that it judges.
import type { Fault } from '../../simulator/faults.js';
import type { FailureType } from '../../src/contract.js';

/** The steps of a run at which a fault can befall it. */
export const steps = [
  'token',
  'Authorize cached',
  'Authorize live',
  'answer',
  'Summary',
  'Summary poll',
  'Detail',
  'first poll',
  'middle poll',
  'last poll',
] as const;
export type Step = (typeof steps)[number];

/** How a run ends where the fault comes once, and where it lasts. */
export interface Cell {
  once: Ending;
  lasting: Ending;
}
export type Ending = 'completed' | FailureType;

const endings: Record<string, Ending> = {
  ok: 'completed',
  AR: 'SecurityAnswerRejected',
  AT: 'SecurityAnswerTimedOut',
  FC: 'FlinksConfiguration',
  FU: 'FlinksUnavailable',
  IC: 'InvalidCredentials',
  IU: 'InstitutionUnavailable',
  LO: 'LoginOutcomeUnknown',
  LR: 'LoginRefused',
  PL: 'PendingTooLong',
  RL: 'RateLimited',
  SL: 'SessionLost',
  TL: 'ResponseTooLarge',
  UC: 'UnsupportedChallenge',
  UL: 'UnknownLogin',
  UR: 'UnexpectedResponse',
};

/** Flinks' own words, which no failure may repeat. */
export const wordsOfFlinks = 'words-of-flinks-77c1';
const page = `<!DOCTYPE html>\n<html><head><title>${wordsOfFlinks}</title></head></html>\n`;

const status = (status: number, more: object = {}): Fault => ({ kind: 'status', status, ...more });
const code = (number: number, code: string, message = '', more: object = {}): Fault =>
  status(number, { code, message: `${message}${wordsOfFlinks}`, ...more });
const usable = { processed: true };

/** Longer than the runs of these tests wait for Flinks. */
const tooLong = 60_000;

/** What befalls a step. The first part is networks and gateways, the second Flinks' codes, "401 of each meaning" among them. */
const faults: Record<string, Fault> = {
  '500': status(500),
  '502 with HTML': status(502, { html: page }),
  '503 Retry-After': status(503, { headers: { 'retry-after': '2' } }),
  '429': status(429),
  '401 without a code': status(401),
  '403': status(403),
  '404 with HTML': status(404, { html: page }),
  '403 of Flinks': status(403, { body: { HttpStatusCode: 403 } }),
  '405': status(405),
  '302 elsewhere': status(302, { headers: { location: 'http://127.0.0.1:9/' } }),
  'no first byte': { kind: 'slow-first-byte', delayMs: tooLong },
  'stall in the body': { kind: 'stall-in-body' },
  'reset before work': { kind: 'reset-before' },
  'reset after work': { kind: 'reset-after' },
  'reset in the body': { kind: 'reset-in-body' },
  'truncated JSON': { kind: 'truncated' },
  'empty 200': { kind: 'empty' },
  '200 with HTML': status(200, { html: page }),
  'wrong shape': status(200, { body: { Accounts: 'none', Token: 7 } }),
  'null list': status(200, { body: { Accounts: null } }),
  'another session': status(200, {
    body: { RequestId: '00000000-0000-4000-8000-0000000000ff', Accounts: [{ Title: wordsOfFlinks }] },
  }),
  'another login': status(200, {
    body: { RequestId: '00000000-0000-4000-8000-0000000000ff', Login: { Id: '00000000-0000-4000-8000-0000000000fe' } },
  }),
  'JSON as text/html': { kind: 'wrong-content-type' },
  'unknown fields': { kind: 'unknown-fields' },
  '401 unknown code': code(401, 'BRAND_NEW'),
  '500 unknown code': code(500, 'BRAND_NEW'),
  '203 of nothing': status(203, { body: { SecurityChallenges: [] }, ...usable }),
  '203 with question': status(203, {
    body: { SecurityChallenges: [{ Type: 'QuestionAndAnswer', Prompt: wordsOfFlinks }] },
  }),
  // More than any client of these tests takes. Still more would only keep the machine busy.
  'too large': { kind: 'huge', bytes: 9_000_000 },
  'gzip bomb': { kind: 'gzip-bomb', bytes: 9_000_000 },
  'UNAUTHORIZED, key': code(401, 'UNAUTHORIZED', 'A valid token. '),
  'UNAUTHORIZED, bank': code(401, 'UNAUTHORIZED', 'The bank refused. '),
  ACCESS_DENIED: code(401, 'ACCESS_DENIED'),
  METHOD_NOT_AVAILABLE: code(401, 'METHOD_NOT_AVAILABLE'),
  INVALID_REQUEST: code(401, 'INVALID_REQUEST'),
  TOO_MANY_REQUESTS: code(401, 'TOO_MANY_REQUESTS'),
  INVALID_LOGIN: code(401, 'INVALID_LOGIN'),
  INVALID_USERNAME: code(401, 'INVALID_USERNAME'),
  INVALID_PASSWORD: code(401, 'INVALID_PASSWORD'),
  INVALID_SECURITY_RESPONSE: code(401, 'INVALID_SECURITY_RESPONSE'),
  INVALID_SECURITY_RESPONSE_NO_RETRY: code(401, 'INVALID_SECURITY_RESPONSE_NO_RETRY'),
  UNKNOWN_CHALLENGE_KEY: code(401, 'UNKNOWN_CHALLENGE_KEY'),
  SECURITYRESPONSES_INCOMPLETE: code(401, 'SECURITYRESPONSES_INCOMPLETE'),
  QUESTION_NOT_FOUND: code(401, 'QUESTION_NOT_FOUND'),
  DISABLED_LOGIN: code(401, 'DISABLED_LOGIN'),
  NEW_ACCOUNT: code(401, 'NEW_ACCOUNT'),
  RETRY_LATER: code(401, 'RETRY_LATER'),
  BANK_MAINTENANCE_RETRY_LATER: code(401, 'BANK_MAINTENANCE_RETRY_LATER'),
  DISABLED_INSTITUTION: code(405, 'DISABLED_INSTITUTION'),
  CONCURRENT_SESSION: code(401, 'CONCURRENT_SESSION'),
  CARD_IN_USE: code(400, 'CARD_IN_USE'),
  AGGREGATION_ERROR: code(500, 'AGGREGATION_ERROR'),
  SESSION_NONEXISTENT: code(400, 'SESSION_NONEXISTENT'),
  SESSION_EXPIRED: code(401, 'SESSION_EXPIRED'),
  'QUESTION_NOT_FOUND + RequestId': code(401, 'QUESTION_NOT_FOUND', '', usable),
  'INVALID_SECURITY_RESPONSE + RequestId': code(401, 'INVALID_SECURITY_RESPONSE', '', usable),
  'RETRY_LATER + RequestId': code(401, 'RETRY_LATER', '', usable),
  'DISABLED_LOGIN + RequestId': code(401, 'DISABLED_LOGIN', '', usable),
};

// "ok/FU": completes where the fault comes once, FlinksUnavailable where it lasts. One word: the same in both. "-": cannot
// be, because such an answer belongs there, or because no login or session is known yet. `+ RequestId`: the error has one,
// which in cached mode leaves a session that can be used, for three codes and no other.
const table = `
                                      | token | cached | live | answer | Summary | its poll | Detail | 1st poll | middle | last poll
500                                   | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok/SL  | ok/FU    | ok/FU  | FU
502 with HTML                         | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok/SL  | ok/FU    | ok/FU  | FU
503 Retry-After                       | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok/SL  | ok/FU    | ok/FU  | FU
429                                   | ok/RL | ok/RL  | RL   | RL     | ok/RL   | ok/RL    | ok/RL  | ok/RL    | ok/RL  | RL
401 without a code                    | FC    | FC     | FC   | LO     | ok/FC   | ok/FC    | ok/SL  | ok/FC    | ok/FC  | FC
403                                   | FC    | FC     | FC   | LO     | ok/FC   | ok/FC    | ok/SL  | ok/FC    | ok/FC  | FC
404 with HTML                         | FC    | FC     | FC   | LO     | ok/FC   | ok/FC    | ok/SL  | ok/FC    | ok/FC  | FC
403 of Flinks                         | FC    | FC     | FC   | FC     | ok/FC   | ok/FC    | ok/FC  | ok/FC    | ok/FC  | FC
405                                   | UR    | UR     | UR   | LO     | ok/FU   | ok/FU    | ok/SL  | ok/FU    | ok/FU  | FU
302 elsewhere                         | UR    | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok/SL  | ok/FU    | ok/FU  | FU
no first byte                         | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok     | ok/FU    | ok/FU  | FU
stall in the body                     | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok     | ok/FU    | ok/FU  | FU
reset before work                     | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok/SL  | ok/FU    | ok/FU  | FU
reset after work                      | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok     | ok/FU    | ok/FU  | FU
reset in the body                     | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok     | ok/FU    | ok/FU  | FU
truncated JSON                        | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok     | ok/FU    | ok/FU  | FU
empty 200                             | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok     | ok/FU    | ok/FU  | FU
200 with HTML                         | ok/FU | ok/FU  | LO   | LO     | ok/FU   | ok/FU    | ok/SL  | ok/FU    | ok/FU  | FU
wrong shape                           | UR    | UR     | UR   | UR     | ok/UR   | ok/UR    | ok/SL  | ok/UR    | ok/UR  | UR
null list                             | UR    | UR     | UR   | UR     | ok/UR   | ok/UR    | ok/SL  | ok/UR    | ok/UR  | UR
another session                       | UR    | -      | -    | UR     | UR      | UR       | UR     | UR       | UR     | UR
another login                         | UR    | UR     | UR   | UR     | UR      | UR       | UR     | UR       | UR     | UR
JSON as text/html                     | ok    | ok     | ok   | ok     | ok      | ok       | ok     | ok       | ok     | ok
unknown fields                        | ok    | ok     | ok   | ok     | ok      | ok       | ok     | ok       | ok     | ok
401 unknown code                      | UR    | UR     | UR   | UR     | UR      | UR       | UR     | UR       | UR     | UR
500 unknown code                      | ok/FU | ok/FU  | FU   | FU     | ok/FU   | ok/FU    | ok/FU  | ok/FU    | ok/FU  | FU
203 of nothing                        | UR    | UC     | UC   | UC     | UR      | UR       | UR     | UR       | UR     | UR
203 with question                     | UR    | -      | -    | -      | UR      | UR       | UR     | UR       | UR     | UR
too large                             | TL    | TL     | TL   | TL     | TL      | TL       | TL     | TL       | TL     | TL
gzip bomb                             | TL    | TL     | TL   | TL     | TL      | TL       | TL     | TL       | TL     | TL
UNAUTHORIZED, key                     | FC    | ok/FC  | FC   | FC     | ok/SL   | ok/SL    | ok/SL  | ok/SL    | ok/SL  | PL
UNAUTHORIZED, bank                    | FC    | ok/LR  | LR   | LR     | ok/SL   | ok/SL    | ok/SL  | ok/SL    | ok/SL  | PL
ACCESS_DENIED                         | FC    | FC     | FC   | FC     | FC      | FC       | FC     | FC       | FC     | FC
METHOD_NOT_AVAILABLE                  | FC    | FC     | FC   | FC     | FC      | FC       | FC     | FC       | FC     | FC
INVALID_REQUEST                       | FC    | FC     | FC   | FC     | FC      | FC       | FC     | FC       | FC     | FC
TOO_MANY_REQUESTS                     | ok/RL | ok/RL  | RL   | RL     | ok/RL   | ok/RL    | ok/RL  | ok/RL    | ok/RL  | RL
INVALID_LOGIN                         | -     | UL     | UL   | IC     | IC      | IC       | IC     | IC       | IC     | IC
INVALID_USERNAME                      | -     | IC     | IC   | IC     | IC      | IC       | IC     | IC       | IC     | IC
INVALID_PASSWORD                      | -     | IC     | IC   | IC     | IC      | IC       | IC     | IC       | IC     | IC
INVALID_SECURITY_RESPONSE             | -     | AR     | AR   | AR     | AR      | AR       | AR     | AR       | AR     | AR
INVALID_SECURITY_RESPONSE_NO_RETRY    | -     | AR     | AR   | AR     | AR      | AR       | AR     | AR       | AR     | AR
UNKNOWN_CHALLENGE_KEY                 | -     | AR     | AR   | AR     | AR      | AR       | AR     | AR       | AR     | AR
SECURITYRESPONSES_INCOMPLETE          | -     | AR     | AR   | AR     | AR      | AR       | AR     | AR       | AR     | AR
QUESTION_NOT_FOUND                    | -     | AR     | AR   | AR     | AR      | AR       | AR     | AR       | AR     | AR
DISABLED_LOGIN                        | -     | LR     | LR   | LR     | LR      | LR       | LR     | LR       | LR     | LR
NEW_ACCOUNT                           | -     | LR     | LR   | LR     | LR      | LR       | LR     | LR       | LR     | LR
RETRY_LATER                           | -     | ok/IU  | IU   | IU     | ok/IU   | ok/IU    | ok/IU  | ok/IU    | ok/IU  | IU
BANK_MAINTENANCE_RETRY_LATER          | -     | ok/IU  | IU   | IU     | ok/IU   | ok/IU    | ok/IU  | ok/IU    | ok/IU  | IU
DISABLED_INSTITUTION                  | -     | ok/IU  | IU   | IU     | ok/IU   | ok/IU    | ok/IU  | ok/IU    | ok/IU  | IU
CONCURRENT_SESSION                    | -     | ok/FU  | FU   | FU     | ok/FU   | ok/FU    | ok/FU  | ok/FU    | ok/FU  | FU
CARD_IN_USE                           | -     | ok/FU  | FU   | FU     | ok/FU   | ok/FU    | ok/FU  | ok/FU    | ok/FU  | FU
AGGREGATION_ERROR                     | -     | ok/FU  | FU   | FU     | ok/FU   | ok/FU    | ok/FU  | ok/FU    | ok/FU  | FU
SESSION_NONEXISTENT                   | -     | SL     | SL   | AT     | ok/SL   | ok/SL    | ok/SL  | ok/SL    | ok/SL  | PL
SESSION_EXPIRED                       | -     | SL     | SL   | AT     | ok/SL   | ok/SL    | ok/SL  | ok/SL    | ok/SL  | PL
QUESTION_NOT_FOUND + RequestId        | -     | ok     | AR   | AR     | -       | -        | -      | -        | -      | -
INVALID_SECURITY_RESPONSE + RequestId | -     | ok     | AR   | AR     | -       | -        | -      | -        | -      | -
RETRY_LATER + RequestId               | -     | ok     | IU   | IU     | -       | -        | -      | -        | -      | -
DISABLED_LOGIN + RequestId            | -     | LR     | LR   | LR     | -       | -        | -      | -        | -      | -
`;

export interface Row {
  name: string;
  fault: Fault;
  /** Absent where the fault cannot be. */
  cells: Partial<Record<Step, Cell>>;
}

export const rows: Row[] = table
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [name = '', ...words] = line.split('|').map((word) => word.trim());
    const fault = faults[name];
    if (!fault) throw new Error(`The table has no fault "${name}".`);
    return { name, fault, cells: Object.fromEntries(steps.flatMap((step, index) => cellOf(step, words[index]))) };
  });

function cellOf(step: Step, word = ''): [Step, Cell][] {
  if (word === '-') return [];
  const [once, lasting = once] = word.split('/').map((short) => endings[short]);
  if (once === undefined || lasting === undefined) throw new Error(`The table has no word "${word}" for ${step}.`);
  return [[step, { once, lasting }]];
}

/** Whether runs meet this fault only by waiting until they give up. */
export const takesTime = ({ fault: { kind } }: Row): boolean => kind === 'slow-first-byte' || kind === 'stall-in-body';

/** How often a lasting fault is met before a run gives up that would have survived a single one. */
export function timesMet(step: Step, { once, lasting }: Cell): number {
  if (once !== 'completed') return 1;
  if (lasting === 'SessionLost') return 2;
  // One new token is worth a try.
  if (step === 'Authorize cached' && (lasting === 'FlinksConfiguration' || lasting === 'LoginRefused')) return 2;
  return attempts[step];
}

/** Three attempts by the retry policy of these tests. Polls: the slots from the one with the fault to the deadline. */
const attempts: Record<Step, number> = {
  token: 3,
  'Authorize cached': 3,
  'Authorize live': 1,
  answer: 1,
  Summary: 3,
  'Summary poll': 4,
  Detail: 3,
  'first poll': 4,
  'middle poll': 3,
  'last poll': 1,
};
