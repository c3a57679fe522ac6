// Takes node-flinks through a cached and a live flow: node flows.mjs PACKAGE_FOLDER BASE_URL CUSTOMER_ID. Every line that
// is printed is a step that succeeded.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [folder = '', baseUrl = '', customerId = ''] = process.argv.slice(2);
const { default: FlinksClient } = createRequire(`${folder}/`)('node-flinks');

// The package makes its address of an instance's name. Its HTTP client is a property and can be given another address.
const flinks = new FlinksClient('simulator', customerId);
flinks.client = flinks.client.extend({ prefixUrl: `${baseUrl}/v3/${customerId}` });

const print = (line) => process.stdout.write(`${line}\n`);
function expect(step, reply, status) {
  assert.equal(reply.httpStatusCode, status, `${step}: ${JSON.stringify(reply)}`);
  print(`${step}: ${status}`);
  return reply;
}
const details = { withTransactions: true, withAccountIdentity: true };
const credentials = { institution: 'FlinksCapital', password: 'EVERYDAY', mostRecentCached: false, save: true };

const waiting = { loginId: '5c000070-0000-4000-8000-000000000001', mostRecentCached: true };
let { requestId } = expect('cached Authorize by LoginId', await flinks.authorize(waiting), 200);
expect('cached Summary', await flinks.getAccountsSummary({ requestId }), 202);
// It polls by POST, which Flinks documents as GET.
expect('cached Summary, poll 1', await flinks.getAccountsSummaryAsync({ requestId }), 202);
const summary = expect('cached Summary, poll 2', await flinks.getAccountsSummaryAsync({ requestId }), 200);
expect('cached Detail', await flinks.getAccountsDetail({ requestId, ...details }), 202);
expect('cached Detail, poll 1', await flinks.getAccountsDetailAsync({ requestId }), 202);
const detail = expect('cached Detail, poll 2', await flinks.getAccountsDetailAsync({ requestId }), 200);
print(`${summary.accounts.length} and ${detail.accounts.length} accounts`);

let asked = expect(
  'live Authorize by credentials',
  await flinks.authorize({ ...credentials, username: 'ONE-WORD-PROMPT' }),
  203,
);
({ requestId } = asked);
const answer = { requestId, securityResponses: { [asked.securityChallenges[0].prompt]: ['123456'] } };
expect('live answer to a prompt of one word', await flinks.authorize(answer), 200);
expect('live Summary', await flinks.getAccountsSummary({ requestId }), 200);
expect('live Detail', await flinks.getAccountsDetail({ requestId, ...details }), 202);
expect('live poll 1', await flinks.getAccountsDetailAsync({ requestId }), 202);
const live = expect('live poll 2', await flinks.getAccountsDetailAsync({ requestId }), 200);
print(`${live.accounts.length} accounts`);
expect('statements', await flinks.getStatements({ requestId }), 200);

// The package rewrites every key that it sends, prompts too: "What city …" leaves as "WhatCity…". Flinks compares prompts
// byte by byte, so that no prompt of several words can be answered with it.
asked = expect('live Authorize again', await flinks.authorize({ ...credentials, username: 'Question' }), 203);
const refused = await flinks
  .authorize({ requestId: asked.requestId, securityResponses: { [asked.securityChallenges[0].prompt]: ['Montreal'] } })
  .catch((error) => error);
assert.equal(refused.flinksCode, 'UNKNOWN_CHALLENGE_KEY');
print('live answer to a prompt of several words: refused, since the package rewrites the prompt');
