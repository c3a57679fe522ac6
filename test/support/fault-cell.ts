// One run with one fault at one of its steps, and what came of it.
import { requestsOf, type RecordedRequest } from '../../simulator/record.js';
import { answersFor, loginIdFor, type FaultRule } from '../../simulator/server.js';
import {
  accountDetailsWorkflowId,
  answerName,
  taskQueue,
  waitForChallengeName,
  workflowType,
  type Progress,
  type RetrieveAccountDetailsInput,
} from '../../src/contract.js';
import { type Ending, type Row, type Step } from '../workflow/fault-table.js';
import { breachesOf } from './breaches.js';
import { isFaultFree } from './fault-free.js';
import { failureOf, type Outcome } from './outcome.js';
import { shownSecrets } from './shown-secrets.js';
import { until } from './until.js';
import type { WorkflowEnvironment } from './workflow-environment.js';

type Setting = {
  scenario: string;
  input: Partial<RetrieveAccountDetailsInput>;
  at: Omit<FaultRule, 'fault' | 'times'>;
};
const live = { mode: 'live' } as const;
const slots = (count: number) => ({ ...live, polling: { deadline: `${count * 30} seconds` } });

// Where data are waited for the login was a live one, so that a second would show.
const settings: Record<Step, Setting> = {
  token: { scenario: 'plain', input: {}, at: { endpoint: 'GenerateAuthorizeToken' } },
  'Authorize cached': { scenario: 'plain', input: {}, at: { endpoint: 'Authorize' } },
  'Authorize live': { scenario: 'plain', input: live, at: { endpoint: 'Authorize', live: true } },
  answer: { scenario: 'question', input: live, at: { endpoint: 'Authorize', answer: true } },
  Summary: { scenario: 'plain', input: live, at: { endpoint: 'GetAccountsSummary' } },
  'Summary poll': { scenario: 'summary-pending-1-poll', input: slots(4), at: { endpoint: 'GetAccountsSummaryAsync' } },
  Detail: { scenario: 'plain', input: slots(4), at: { endpoint: 'GetAccountsDetail' } },
  'first poll': { scenario: 'pending-2-polls', input: slots(4), at: { endpoint: 'GetAccountsDetailAsync' } },
  'middle poll': { scenario: 'pending-2-polls', input: slots(4), at: { endpoint: 'GetAccountsDetailAsync', nth: 2 } },
  'last poll': { scenario: 'pending-2-polls', input: slots(2), at: { endpoint: 'GetAccountsDetailAsync', nth: 2 } },
};

export interface CellReport {
  ending: Ending | 'cancelled';
  /** How many requests met the fault. */
  met: number;
  /** What must never be; empty where all is well. */
  breaches: string[];
}

export type RunCell = (step: Step, row: Pick<Row, 'fault'>, times: 1 | 'always') => Promise<CellReport>;

/** Returns a function that runs one cell of the table, each with a LoginId of its own. */
export function createCells(flinks: WorkflowEnvironment): RunCell {
  let n = 0;
  return async (step, { fault }, times) => {
    const { scenario, input, at } = settings[step];
    const loginId = loginIdFor(scenario, ++n);
    // A token is asked for without a LoginId: such a run has to be alone.
    const whose = step === 'token' ? {} : { loginId };
    if (step === 'token') flinks.simulator.reset();
    flinks.simulator.inject({ ...at, ...whose, times, fault });
    const handle = await flinks.client.workflow.start(workflowType, {
      taskQueue,
      workflowId: accountDetailsWorkflowId(loginId),
      args: [{ login: { loginId }, ...input } satisfies RetrieveAccountDetailsInput],
    });
    if (step === 'answer') {
      const { challenges = [] } = await handle.executeUpdate<Progress, []>(waitForChallengeName);
      const prompts = challenges.map(({ prompt }) => prompt);
      await handle.signal(answerName, { answers: answersFor(scenario, prompts) });
    }
    const outcome: Outcome = await handle.result().then((completed) => ({ completed }), failureOf);
    const requests = requestsOf(flinks.simulator.requests, step === 'token' ? null : loginId);
    await until('every request is closed', () => requests.every(({ closedAt }) => closedAt !== undefined));
    const breaches = breachesOf(requests, { liveLogins: input.mode === 'live' ? 1 : 0 });
    if ('completed' in outcome && !isFaultFree(outcome.completed, scenario, loginId)) breaches.push('other data');
    if (!('completed' in outcome) && shownSecrets(outcome, flinks.simulator.keys, requests))
      breaches.push('a secret in the failure');
    return {
      ending: 'completed' in outcome ? 'completed' : 'type' in outcome ? (outcome.type as Ending) : 'cancelled',
      met: metBy(requests, step, fault),
      breaches,
    };
  };
}

const atMostOnce = new Set<Step>(['Authorize live', 'answer', 'Detail']);

/**
 * How many requests met the fault. On a busy machine a body that is too large may take longer than a short call: the run
 * hangs up, and makes the call again by an ordinary one. That happens once in a run, and is not a repetition.
 */
function metBy(requests: readonly RecordedRequest[], step: Step, { kind }: Row['fault']): number {
  const met = requests.filter((request) => request.fault);
  const isTooLarge = kind === 'huge' || kind === 'gzip-bomb';
  const wasHungUp = met.length === 2 && met[0]?.abortedByClient === true;
  return isTooLarge && wasHungUp && !atMostOnce.has(step) ? 1 : met.length;
}

/** The requests of a run at this step. */
export const placeOf = (step: Step): Omit<FaultRule, 'fault' | 'times' | 'nth'> => {
  const { nth: _nth, ...place } = settings[step].at;
  return place;
};
