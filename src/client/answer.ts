// Carrying a customer's answer to the run, so that it counts for one round of one session, and once.
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { calling, queryProgress, type CallOptions } from './temporal-call.js';
import { AnswerRejectedError } from '../contract/errors.js';
import { answerName, answersSchema, type AnswerOutcome, type SecurityAnswers } from '../contract.js';

export async function answerByUpdate(
  temporal: Client,
  workflowId: string,
  answer: SecurityAnswers,
  { signal }: CallOptions,
): Promise<AnswerOutcome> {
  const full = await completed(temporal, workflowId, answer, { signal });
  return calling(temporal, workflowId, { answeredBy: 'worker', signal }, (handle) =>
    handle.executeUpdate<AnswerOutcome, [SecurityAnswers]>(answerName, { args: [full], updateId: full.answerId }),
  );
}

export async function answerBySignal(
  temporal: Client,
  workflowId: string,
  answer: SecurityAnswers,
  { signal }: CallOptions,
): Promise<void> {
  const full = await completed(temporal, workflowId, answer, { signal });
  await calling(temporal, workflowId, { answeredBy: 'server', signal }, (handle) =>
    handle.signal<[SecurityAnswers]>(answerName, full),
  );
}

/** The answer with a round, a requestId and an answerId. The run is asked only for what the caller left out. */
async function completed(
  temporal: Client,
  workflowId: string,
  answer: SecurityAnswers,
  options: CallOptions,
): Promise<SecurityAnswers & { answerId: string }> {
  if (!answersSchema.safeParse(answer).success) throw new AnswerRejectedError('InvalidAnswer', invalidAnswer);
  const { answerId = randomUUID() } = answer;
  if (answer.round !== undefined && answer.requestId !== undefined) return { ...answer, answerId };
  const { round, requestId } = await queryProgress(temporal, workflowId, options);
  return { round, ...(requestId !== undefined && { requestId }), ...answer, answerId };
}

const invalidAnswer =
  'An answer is { round?, requestId?, answerId?, answers: { "<prompt>": "<answer>" } }, with an answerId of at most 64 characters.';
