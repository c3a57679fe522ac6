// Lets a plan happen to one run, and tells what came of it.
import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { requestsOf } from '../../simulator/record.js';
import { answersFor, loginIdFor, type RecordedRequest } from '../../simulator/server.js';
import {
  accountDetailsWorkflowId,
  answerName,
  progressName,
  taskQueue,
  workflowType,
  type Progress,
} from '../../src/contract.js';
import { rows } from '../workflow/fault-table.js';
import { placeOf } from './fault-cell.js';
import { hasNothingToDo } from './nothing-to-do.js';
import { failureOf, type Outcome } from './outcome.js';
import type { Act, Plan } from './plan.js';
import { until } from './until.js';
import type { WorkflowEnvironment } from './workflow-environment.js';

export interface Played {
  plan: Plan;
  loginId: string;
  outcome: Outcome;
  /** What the run says of itself after its end. */
  progress: Progress;
  requests: RecordedRequest[];
  /** Seconds from its start to its end. */
  took: number;
  /** Answers that may have been taken: updates that were, and signals. */
  answersSent: number;
  cancelled: boolean;
}

const over = new Set<Progress['stage']>(['completed', 'failed', 'cancelled']);

/** Plays a plan with the `n`-th LoginId of its scenario. */
export async function play(flinks: WorkflowEnvironment, plan: Plan, n: number): Promise<Played> {
  const { scenario, input, faults, acts } = plan;
  const loginId = loginIdFor(scenario, n);
  flinks.simulator.reset();
  for (const { step, row, ...when } of faults) {
    const fault = rows.find(({ name }) => name === row)?.fault;
    if (fault) flinks.simulator.inject({ ...placeOf(step), ...when, fault });
  }
  const handle = await flinks.server.client.workflow.start(workflowType, {
    taskQueue,
    workflowId: accountDetailsWorkflowId(loginId),
    args: [{ login: { loginId }, ...input, polling: { deadline: '2 minutes' }, answerWithin: '3 minutes' }],
    ...flinks.turn,
  });
  const progress = () => handle.query<Progress>(progressName);
  let answersSent = 0;
  let cancelled = false;

  /** Lets time pass until the run asks or has ended, or is in another of these stages. */
  async function standsStill(...stages: Progress['stage'][]): Promise<Progress> {
    for (let looked = 1; ; looked += 1) {
      // The server that skips time may never answer a query that comes within a task with a call.
      await hasNothingToDo(handle);
      const now = await progress();
      if (now.stage === 'awaitingAnswers' || over.has(now.stage) || stages.includes(now.stage)) return now;
      if (now.stage === 'waitingForFlinks' || looked % 20 === 0) await flinks.server.sleep('10 seconds');
      else await pause(10);
    }
  }

  async function answer({ by, right }: Extract<Act, { act: 'answer' }>): Promise<void> {
    const { stage, round, challenges = [] } = await standsStill();
    if (stage !== 'awaitingAnswers') return;
    const prompts = challenges.map(({ prompt }) => prompt);
    const wrong = challenges.map(({ prompt, choices }) => [prompt, choices?.at(-1) ?? 'wrong'] as const);
    const answers = right ? answersFor(scenario, prompts) : Object.fromEntries(wrong);
    const update = async () => {
      await handle.executeUpdate(answerName, { args: [{ round, answers }] });
      answersSent += 1;
    };
    const signal = async () => {
      answersSent += 1;
      await handle.signal(answerName, { round, answers });
    };
    await Promise.all([...(by === 'signal' ? [] : [update()]), ...(by === 'update' ? [] : [signal()])].map(whileOpen));
  }

  const acting: { [Kind in Act['act']]: (act: Extract<Act, { act: Kind }>) => Promise<unknown> } = {
    answer,
    disturb: () => whileOpen(handle.signal(answerName, { round: -1, answers: { 'Nobody asked this.': ['Montreal'] } })),
    pass: ({ seconds }) => flinks.server.sleep(seconds * 1_000),
    cancel: async () => {
      // The server that skips time never ends a run that is cancelled in the moment in which it takes a step.
      await standsStill('waitingForFlinks');
      await whileOpen(handle.cancel());
      cancelled = true;
    },
    restart: () => flinks.withoutWorker(async () => undefined),
  };
  for (const one of acts) await (acting[one.act] as (act: Act) => Promise<unknown>)(one);

  const outcome: Outcome = await handle.result().then((completed) => ({ completed }), failureOf);
  const { startTime, closeTime = startTime } = await handle.describe();
  const requests = requestsOf(flinks.simulator.requests, null);
  await until('every request is closed', () => requests.every(({ closedAt }) => closedAt !== undefined));
  const took = (closeTime.getTime() - startTime.getTime()) / 1_000;
  return { plan, loginId, outcome, progress: await progress(), requests: [...requests], took, answersSent, cancelled };
}

/** A run may end, or refuse an answer, while it is being spoken to. */
async function whileOpen(speaking: Promise<unknown>): Promise<void> {
  await speaking.catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError)) throw error;
  });
}
