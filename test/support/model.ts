// What may come of a run, by what Flinks was asked last and what the run met there: a small model of the whole, for which
// the fault table says what each fault means.
import type { RecordedRequest } from '../../simulator/server.js';
import { rows, type Ending, type Row, type Step } from '../workflow/fault-table.js';
import { breachesOf } from './breaches.js';
import { isFaultFree } from './fault-free.js';
import type { Played } from './play.js';
import { shownSecrets } from './shown-secrets.js';

/** All that is wrong with how a plan went; empty where nothing is. */
export function faultsOf(played: Played, keys: { secretKey: string; apiKey: string }): string[] {
  const { plan, outcome, requests, progress, loginId } = played;
  const { mode, onSessionLost } = plan.input;
  const liveLogins = (mode === 'live' ? 1 : 0) + (onSessionLost === 'live' ? 1 : 0);
  const found = breachesOf(requests, { liveLogins });

  const ended = 'completed' in outcome ? 'completed' : 'type' in outcome ? outcome.type : 'cancelled';
  const expected = allowed(played);
  if (!expected.has(ended)) found.push(`ended as ${ended}, allowed: ${[...expected].join(', ')}`);
  const stage = ended === 'completed' || ended === 'cancelled' ? ended : 'failed';
  if (progress.stage !== stage) found.push(`ended as ${ended}, and says ${progress.stage}`);

  const answers = requests.filter(({ answer }) => answer);
  if (answers.length > played.answersSent) found.push(`${answers.length} answers of ${played.answersSent}`);
  if (answers.some(({ code }) => code === 'UNKNOWN_CHALLENGE_KEY')) found.push('an answer to another question');
  if (played.took > longest) found.push(`took ${played.took} s`);
  if ('completed' in outcome && !isFaultFree(outcome.completed, plan.scenario, loginId)) found.push('other data');
  if (!('completed' in outcome) && shownSecrets(outcome, keys, requests)) found.push('a secret in the failure');
  return found;
}

/** Two sessions with 25 minutes for their questions, two waits of 2 minutes, and retries, in seconds. */
const longest = 60 * 60;

function allowed({ plan, requests, cancelled, answersSent }: Played): Set<string> {
  const last = requests.at(-1);
  const endings = new Set<string>(endingsAfter(last));
  if (cancelled) endings.add('cancelled');
  // A worker that is taken away before a live login or an answer has left cannot say so any more.
  const mayBeLeaving =
    last === undefined || stepOf(last) === 'token' || (stepOf(last).match(/Authorize|answer/) && answersSent > 0);
  if (mayBeLeaving && plan.acts.some(({ act }) => act === 'restart')) endings.add('LoginOutcomeUnknown');
  return endings;
}

function endingsAfter(last: RecordedRequest | undefined): Ending[] {
  if (!last) return [];
  const step = stepOf(last);
  // After any of these the polling may have come to its deadline.
  const pending: Ending[] = /poll|Detail/.test(step) ? ['PendingTooLong'] : [];
  const refused = rowsOf(last).flatMap(({ cells: { [step]: cell } }) =>
    cell && cell.lasting !== 'completed' ? [cell.lasting] : [],
  );
  if (refused.length > 0) return [...refused, ...pending];
  // A worker that was taken away, or a time-out.
  if (last.abortedByClient)
    return [step === 'answer' || step === 'Authorize live' ? 'LoginOutcomeUnknown' : 'FlinksUnavailable', ...pending];
  return [...naturally(last, step), ...pending];
}

/** What may follow when nothing went wrong at the last request. */
function naturally({ status, code = '' }: RecordedRequest, step: Step): Ending[] {
  if (code === 'SESSION_NONEXISTENT') return [step === 'answer' ? 'SecurityAnswerTimedOut' : 'SessionLost'];
  if (status === 202) return ['PendingTooLong'];
  if (status === 203) return ['SecurityAnswerTimedOut', 'TooManyChallengeRounds'];
  if (step === 'answer' && status === 401) return ['SecurityAnswerRejected', 'SecurityAnswerTimedOut'];
  return status === 200 && /poll|Detail/.test(step) ? ['completed'] : [];
}

function stepOf({ endpoint, answer, live }: RecordedRequest): Step {
  switch (endpoint) {
    case 'Authorize':
      return answer ? 'answer' : live ? 'Authorize live' : 'Authorize cached';
    case 'GetAccountsSummary':
      return 'Summary';
    case 'GetAccountsSummaryAsync':
      return 'Summary poll';
    case 'GetAccountsDetail':
      return 'Detail';
    case 'GetAccountsDetailAsync':
      return 'first poll';
    default:
      return 'token';
  }
}

/** The rows of the fault that a request met: the record does not tell apart what differs in the body alone. */
function rowsOf({ fault, status, code }: RecordedRequest): Row[] {
  const short = rows.filter((row) => row.name === cutShort[`${fault} ${status}`]);
  if (short.length > 0) return short;
  return rows.filter(
    (row) =>
      row.fault.kind === fault &&
      (row.fault.kind !== 'status' || (row.fault.status === status && row.fault.code === code)),
  );
}

/** A refusal whose body did not come whole is one without a code. */
const cutShort: Record<string, string> = {
  'empty 401': '401 without a code',
  'truncated 401': '401 without a code',
  'empty 400': '405',
  'truncated 400': '405',
};
