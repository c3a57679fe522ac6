import { expect, test } from 'vitest';
import { accountDetailsWorkflowId } from '../../../src/contract.js';
import { inputMessage, parseInput } from '../../../src/contract/input.js';

const loginId = '5c000010-0000-4000-8000-00000000000A';
const byLoginId = { loginId };
const credentials = { institution: 'FlinksCapital', username: 'amelie', password: 'Zebra-8d' };

function accepted(input: unknown) {
  const read = parseInput(input);
  if ('problems' in read) throw new Error(inputMessage(read.problems));
  return read.input;
}

function badFields(input: unknown): string[] {
  const read = parseInput(input);
  return 'problems' in read ? read.problems.map(({ field }) => field) : [];
}

const defaults = {
  save: true,
  details: { withTransactions: true, daysOfTransactions: 'Days90', withAccountIdentity: true, withKyc: true },
  polling: { interval: '30 seconds', deadline: '30 minutes' },
  answerWithin: '7 minutes',
  maxChallengeRounds: 6,
};

test('a LoginId alone is enough: it is read cached, with every default of the contract', () => {
  const expected = { ...defaults, login: byLoginId, mode: 'cached', onSessionLost: 'cached' };
  expect(accepted({ login: byLoginId })).toEqual(expected);
});

test('credentials alone are enough: they are always live, and a lost session is not opened again', () => {
  expect(accepted({ login: credentials })).toEqual({
    ...defaults,
    login: credentials,
    mode: 'live',
    onSessionLost: 'fail',
  });
});

test('what is given is kept, and what is not given inside it has its default', () => {
  const given = {
    mode: 'live',
    onSessionLost: 'fail',
    language: 'fr',
    save: false,
    answerWithin: '2 minutes',
    maxChallengeRounds: 1,
    tag: 'batch 12',
  };
  const details = { daysOfTransactions: 'Days365', accountsFilter: [loginId] };
  const read = accepted({ login: byLoginId, ...given, details, polling: { interval: '5s' } });
  expect(read).toEqual({
    ...given,
    login: byLoginId,
    details: { ...defaults.details, ...details },
    polling: { interval: '5s', deadline: '30 minutes' },
  });
});

test.each([
  ['polling', { polling: { interval: '1 second', deadline: '1 second' } }],
  ['polling', { polling: { interval: '10 minutes', deadline: '24 hours' } }],
  ['maxChallengeRounds', { maxChallengeRounds: 1 }],
  ['maxChallengeRounds', { maxChallengeRounds: 10 }],
  ['tag', { tag: 'x'.repeat(200) }],
  ['onSessionLost', { onSessionLost: 'live' }],
])('the ends of the range of %s are allowed: %o', (_field, more) => {
  expect(accepted({ login: byLoginId, ...more })).toMatchObject(more);
});

test.each([
  ['polling.interval', { polling: { interval: '999 ms' } }],
  ['polling.interval', { polling: { interval: '0 seconds' } }],
  ['polling.interval', { polling: { interval: '601 seconds', deadline: '1 hour' } }],
  ['polling.interval', { polling: { interval: 30 } }],
  ['polling.interval', { polling: { interval: 'soon' } }],
  ['polling.deadline', { polling: { interval: '30 seconds', deadline: '29 seconds' } }],
  ['polling.deadline', { polling: { deadline: '25 hours' } }],
  ['polling.every', { polling: { every: '30 seconds' } }],
  ['polling', { polling: 'often' }],
  ['answerWithin', { answerWithin: '0 seconds' }],
  ['answerWithin', { answerWithin: 420 }],
  ['maxChallengeRounds', { maxChallengeRounds: 0 }],
  ['maxChallengeRounds', { maxChallengeRounds: 11 }],
  ['maxChallengeRounds', { maxChallengeRounds: 1.5 }],
  ['tag', { tag: 'x'.repeat(201) }],
  ['mode', { mode: 'Live' }],
  ['onSessionLost', { onSessionLost: 'again' }],
  ['language', { language: 'de' }],
  ['save', { save: 'true' }],
  ['details', { details: [] }],
  ['details.daysOfTransactions', { details: { daysOfTransactions: 'Days360' } }],
  ['details.withKYC', { details: { withKYC: true } }],
  ['details.accountsFilter.1', { details: { accountsFilter: [loginId, 'no guid'] } }],
  ['loginId', { loginId }],
  ['__proto__', JSON.parse('{"__proto__": {}}') as object],
])('%s is named where it does not fit: %o', (field, more) => {
  // A spread would set the prototype instead of keeping a field of that name.
  const input = Object.fromEntries([['login', byLoginId], ...Object.entries(more)]);
  expect(badFields(input)).toEqual([field]);
});

test.each([
  [undefined, ['input']],
  [null, ['input']],
  ['a text', ['input']],
  [[], ['input']],
  [{}, ['login']],
  [{ login: 'amelie' }, ['login']],
  [{ login: { loginId: 'no guid' } }, ['login.loginId']],
  [{ login: { ...credentials, password: '' } }, ['login.password']],
  [{ login: { institution: 'FlinksCapital', username: 'amelie' } }, ['login.password']],
  [{ login: { ...credentials, institution: 'x'.repeat(101) } }, ['login.institution']],
  [{ login: { loginId, username: 'amelie' } }, ['login.username']],
  [{ login: { loginId, ...credentials } }, ['login.institution', 'login.username', 'login.password']],
  [{ login: credentials, mode: 'cached' }, ['mode']],
  [{ login: credentials, mode: 'cached', language: 7 }, ['language', 'mode']],
  [{ login: credentials, save: false, onSessionLost: 'cached' }, ['onSessionLost']],
])('a login that cannot be used is named: %o', (input, fields) => {
  expect(badFields(input)).toEqual(fields);
});

test('all bad fields are named at once, and none of their values is repeated', () => {
  const value = 'Zebra-8d';
  const input = {
    login: { ...credentials, pin: value },
    mode: value,
    language: value,
    details: { daysOfTransactions: value, extra: value },
    polling: { interval: value, deadline: value },
    answerWithin: value,
    maxChallengeRounds: value,
    tag: [value],
    other: value,
  };
  const read = parseInput(input);
  expect(badFields(input).toSorted()).toEqual(
    [
      'answerWithin',
      'details.daysOfTransactions',
      'details.extra',
      'language',
      'login.pin',
      'maxChallengeRounds',
      'mode',
      'other',
      'polling.deadline',
      'polling.interval',
      'tag',
    ].toSorted(),
  );
  expect(JSON.stringify(read)).not.toContain(value);
  const message = inputMessage('problems' in read ? read.problems : []);
  expect(message).not.toContain(value);
  for (const field of badFields(input)) expect(message).toContain(field);
});

test('a LoginId in whatever case has one workflow id', () => {
  const id = 'account-details-5c000010-0000-4000-8000-00000000000a';
  expect([loginId, loginId.toLowerCase()].map(accountDetailsWorkflowId)).toEqual([id, id]);
});

test.each<[object, string[]]>([
  [{ institution: 'A' }, ['login.username', 'login.password']],
  [{ username: 'amelie', password: '' }, ['login.institution', 'login.password']],
  [{ institution: 1, username: 'amelie' }, ['login.institution', 'login.password']],
  [{ loginId: 5 }, ['login.loginId']],
  [{}, ['login']],
])('of the login %j the faults of the kind that was meant are named', (login, fields) => {
  const read = parseInput({ login });
  expect('problems' in read && read.problems.map(({ field }) => field)).toEqual(fields);
});

const nothing = { loginId: null, institution: null, username: null, password: null };

test.each<[string, object, object]>([
  ['a LoginId', { login: { ...nothing, loginId } }, { login: byLoginId }],
  ['credentials', { login: { ...nothing, ...credentials } }, { login: credentials }],
  [
    'cached mode of a LoginId',
    { login: { ...nothing, loginId }, mode: 'cached' },
    { login: byLoginId, mode: 'cached' },
  ],
  [
    'every field that may be left out',
    {
      login: byLoginId,
      mode: null,
      onSessionLost: null,
      language: null,
      save: null,
      details: null,
      polling: null,
      answerWithin: null,
      maxChallengeRounds: null,
      tag: null,
    },
    { login: byLoginId },
  ],
  [
    'every field inside another',
    {
      login: byLoginId,
      details: {
        withTransactions: null,
        daysOfTransactions: null,
        withAccountIdentity: null,
        withKyc: false,
        accountsFilter: null,
      },
      polling: { interval: null, deadline: '1 hour' },
    },
    { login: byLoginId, details: { withKyc: false }, polling: { deadline: '1 hour' } },
  ],
])('null is absent: %s', (_what, written, meant) => {
  expect(accepted(written)).toEqual(accepted(meant));
});

test.each<[object, string[]]>([
  [{ login: { loginId: null } }, ['login.loginId']],
  [{ login: { ...credentials, password: null } }, ['login.password']],
  [{ login: { ...nothing, institution: 'FlinksCapital' } }, ['login.username', 'login.password']],
  [{ login: nothing }, ['login']],
  [{ login: null }, ['login']],
  [{ login: { ...nothing, ...credentials }, mode: 'cached' }, ['mode']],
  [{ login: { ...nothing, ...credentials, password: '' }, mode: 'cached' }, ['login.password', 'mode']],
  [{ login: { ...nothing, loginId: 'no guid' }, mode: 'cached' }, ['login.loginId']],
  [{ login: byLoginId, colour: null }, ['colour']],
])('null is no value for what is required, and no name for what is unknown: %j', (input, fields) => {
  expect(badFields(input)).toEqual(fields);
});

const meant = (input: unknown): Record<string, string> => {
  const read = parseInput(input);
  const problems = 'problems' in read ? read.problems : [];
  return Object.fromEntries(problems.map(({ field, problem }) => [field, problem]));
};

test.each<[object, string, string]>([
  [{ login: { LoginId: loginId } }, 'login.LoginId', 'loginId'],
  [{ login: { login_id: loginId } }, 'login.login_id', 'loginId'],
  [{ login: { 'LOGIN-ID': loginId } }, 'login.LOGIN-ID', 'loginId'],
  [{ login: { institution: 'A', username: 'amelie', Password: 'Zebra-8d' } }, 'login.Password', 'password'],
  [{ Login: byLoginId }, 'Login', 'login'],
  [{ login: byLoginId, max_challenge_rounds: 2 }, 'max_challenge_rounds', 'maxChallengeRounds'],
  [{ login: byLoginId, details: { DaysOfTransactions: 'Days90' } }, 'details.DaysOfTransactions', 'daysOfTransactions'],
  [{ login: byLoginId, details: { withKYC: true } }, 'details.withKYC', 'withKyc'],
  [{ login: byLoginId, polling: { INTERVAL: '1s' } }, 'polling.INTERVAL', 'interval'],
])('a field in another casing is told the name that was meant, and nothing else is wrong: %j', (input, field, name) => {
  expect(meant(input)).toEqual({ [field]: `is not a known field; did you mean ${name}?` });
});

test.each<[object, string]>([
  [{ login: byLoginId, interval: '1s' }, 'interval'],
  [{ login: byLoginId, details: { mode: 'live' } }, 'details.mode'],
  [{ login: byLoginId, tags: 'x' }, 'tags'],
  [{ login: byLoginId, polling: { toString: '1s' } }, 'polling.toString'],
])('what only resembles a field, or is one of another place, is not guessed at: %j', (input, field) => {
  expect(meant(input)).toEqual({ [field]: 'is not a known field' });
});

test('a field that is written twice, once wrongly, is checked all the same', () => {
  expect(badFields({ login: { loginId: 'no guid', LoginId: loginId } })).toEqual(['login.loginId', 'login.LoginId']);
});
