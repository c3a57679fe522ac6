import { expect, test } from 'vitest';
import { checkInput } from '../../../src/client.js';
import { differingFields } from '../../../src/client/same-input.js';

const loginId = '5c000010-0000-4000-8000-00000000000a';
const other = '5c000010-0000-4000-8000-00000000000b';
const login = { loginId };
const credentials = { institution: 'FlinksCapital', username: 'amelie', password: 'Zebra-8d' };

const differing = (one: unknown, open: unknown) => differingFields(checkInput(one), open);

test.each([
  ['an explicit default', { login, mode: 'cached', save: true, maxChallengeRounds: 6, details: {}, polling: {} }],
  [
    'a duration written otherwise',
    { login, polling: { interval: '30s', deadline: '0.5 hours' }, answerWithin: '420 s' },
  ],
  [
    'null in place of what is absent',
    {
      login: { loginId, institution: null, username: null, password: null },
      mode: null,
      details: { withKyc: null, accountsFilter: null },
      polling: null,
      tag: null,
    },
  ],
  ['a LoginId in capitals', { login: { loginId: loginId.toUpperCase() } }],
])('%s means the same run', (_what, input) => {
  expect(differing(input, { login })).toEqual([]);
  expect(differing({ login }, input)).toEqual([]);
});

test('the order and the case of an accounts filter make no difference', () => {
  const filtered = (accountsFilter: string[]) => ({ login, details: { accountsFilter } });
  expect(differing(filtered([loginId, other]), filtered([other.toUpperCase(), loginId]))).toEqual([]);
  expect(differing(filtered([loginId]), filtered([other]))).toEqual(['details.accountsFilter']);
  expect(differing(filtered([loginId]), { login })).toEqual(['details.accountsFilter']);
});

test.each([
  [['login.loginId'], { login: { loginId: other } }],
  // A live run is also meant to stay live: its mode is all that differs.
  [['mode'], { login, mode: 'live' }],
  [['onSessionLost'], { login, onSessionLost: 'fail' }],
  [['language'], { login, language: 'fr' }],
  [['save'], { login, save: false }],
  [
    ['details.withKyc', 'details.daysOfTransactions'],
    { login, details: { withKyc: false, daysOfTransactions: 'Days365' } },
  ],
  [['polling.interval', 'answerWithin'], { login, polling: { interval: '10s' }, answerWithin: '1 minute' }],
  [['maxChallengeRounds', 'tag'], { login, maxChallengeRounds: 2, tag: 'x' }],
])('%o differ: %o', (fields, open) => {
  expect(differing({ login }, open).toSorted()).toEqual(fields.toSorted());
});

test('passwords that differ are named and not shown', () => {
  const fields = differing({ login: credentials }, { login: { ...credentials, password: 'Yak-9' } });
  expect(fields).toEqual(['login.password']);
});

test.each([undefined, null, 'text', {}, { login, unknown: 1 }])(
  'an open run with an input of no use differs: %o',
  (open) => {
    expect(differing({ login }, open)).toEqual(['input']);
  },
);
