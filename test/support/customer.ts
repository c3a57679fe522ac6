import { answersFor } from '../../simulator/scenarios.js';
import { AccountDetailsError, type AccountDetailsClient } from '../../src/client.js';
import { endOf, type Ended } from './invariants.js';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * A customer who answers whatever the bank asks, rightly and again and again until it is taken, while workers, servers and
 * networks come and go. Returns how the run ended.
 */
export async function attend(
  client: AccountDetailsClient,
  workflowId: string,
  scenario: string,
  withinMs = 120_000,
): Promise<Ended> {
  const over = new AbortController();
  const answering = (async () => {
    while (!over.signal.aborted) {
      await answerOnce(client, workflowId, scenario);
      await pause(250, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  try {
    return await endOf(client, workflowId, withinMs);
  } finally {
    over.abort();
    await answering;
  }
}

/** Answers what is asked at this moment, if anything is. Whoever cannot be reached now may be so the next time. */
export async function answerOnce(client: AccountDetailsClient, workflowId: string, scenario: string): Promise<void> {
  try {
    const { stage, challenges = [] } = await client.progress(workflowId);
    if (stage !== 'awaitingAnswers') return;
    const prompts = challenges.map(({ prompt }) => prompt);
    await client.answer(workflowId, { answers: answersFor(scenario, prompts) });
  } catch (error) {
    if (!(error instanceof AccountDetailsError)) throw error;
  }
}
