// One login of a batch, from its start to its outcome.
import { setTimeout as sleep } from 'node:timers/promises';
import { isOpen, type AccountDetailsClient, type ListedRun } from '../../client.js';
import { AccountDetailsError, RunFailedError } from '../../contract/errors.js';
import type { PriorityOptions } from '../../client/priority.js';
import { batchStartId, type BatchLogin } from './logins.js';
import type { BatchRecord } from './report.js';

export interface BatchLoginOptions {
  batch: string;
  workflowId: string;
  /** Wait for the run's end, or until it needs an answer. */
  wait: boolean;
  /** Which runs go first. */
  priorityOptions: PriorityOptions;
  /** Ends the waiting with an AbortError. The run goes on. */
  signal: AbortSignal;
}

/** The first look at a run comes this soon, and the next ones ever later. */
const firstLookMs = 500;
const latestLookMs = 5_000;

/**
 * Starts a login, joins the run that it has, or finds the one that this batch has started before. Throws if the
 * fault is not this login's, such as when the server is gone.
 */
export async function runLogin(
  client: AccountDetailsClient,
  { line, input }: BatchLogin,
  { batch, workflowId, wait, priorityOptions, signal }: BatchLoginOptions,
): Promise<BatchRecord> {
  try {
    const startId = batchStartId(batch, workflowId);
    const { runId, started } = await client.start(input, { ...priorityOptions, workflowId, startId });
    if (!wait) return { line, workflowId, runId, outcome: started ? 'started' : 'joined' };
    return { line, workflowId, runId, ...(await outcomeOf(client, workflowId, runId, signal)) };
  } catch (error) {
    if (!(error instanceof AccountDetailsError) || stopsTheBatch.has(error.code)) throw error;
    return { line, workflowId, outcome: error.code, message: error.message };
  }
}

const stopsTheBatch = new Set<string>(['ServerUnreachable', 'NoSuchNamespace']);

async function outcomeOf(
  client: AccountDetailsClient,
  workflowId: string,
  runId: string,
  signal: AbortSignal,
): Promise<Pick<BatchRecord, 'outcome' | 'message'>> {
  for (let wait = firstLookMs; ; wait = Math.min(wait * 1.5, latestLookMs)) {
    await sleep(wait, undefined, { signal });
    const run = await client.listed(workflowId, { runId });
    if (run.status === 'COMPLETED') return { outcome: 'completed' };
    if (!isOpen(run.status)) return reasonOf(client, workflowId, runId);
    if (await needsAnswer(client, run)) return { outcome: 'AnswerNeeded' };
  }
}

/** Without search attributes the run itself has to be asked, and with it a worker. */
async function needsAnswer(client: AccountDetailsClient, { workflowId, runId, stage }: ListedRun): Promise<boolean> {
  const stageNow = stage ?? (await client.status(workflowId, { runId })).progress?.stage;
  return stageNow === 'awaitingAnswers';
}

/** Why a closed run did not complete. */
async function reasonOf(
  client: AccountDetailsClient,
  workflowId: string,
  runId: string,
): Promise<Pick<BatchRecord, 'outcome' | 'message'>> {
  try {
    await client.result(workflowId, { runId });
    return { outcome: 'completed' };
  } catch (error) {
    if (!(error instanceof RunFailedError)) throw error;
    return { outcome: error.code, message: error.message };
  }
}
