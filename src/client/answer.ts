// Carrying a customer's answer to the run, so that it counts for one round of one session, and once.
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { calling, queryProgress, type CallOptions } from './temporal-call.js';
import { AnswerRejectedError } from '../contract/errors.js';
import { answerName, type AnswerOutcome, type ReadAnswers, type SecurityAnswers } from '../contract.js';
import { parseAnswers } from '../contract/answers.js';

export async function answerByUpdate(
  temporal: Client,
  workflowId: string,
  answer: SecurityAnswers,
  { signal }: CallOptions,
): Promise<AnswerOutcome> {
  const full = await completed(temporal, workflowId, answer, { signal });
  return calling(temporal, workflowId, { answeredBy: 'worker', signal }, (handle) =>
    handle.executeUpdate<AnswerOutcome, [ReadAnswers]>(answerName, { args: [full], updateId: full.answerId }),
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
    handle.signal<[ReadAnswers]>(answerName, full),
  );
}

/** The answer with a round, a requestId and an answerId. The run is asked only for what the caller left out. */
async function completed(
  temporal: Client,
  workflowId: string,
  answer: SecurityAnswers,
  options: CallOptions,
): Promise<ReadAnswers & { answerId: string }> {
  const read = parseAnswers(answer);
  if (!('answers' in read)) throw new AnswerRejectedError('InvalidAnswer', read.message);
  const { answers, round, requestId, answerId = randomUUID() } = read.answers;
  if (round !== undefined && requestId !== undefined) return { round, requestId, answerId, answers };
  const open = await queryProgress(temporal, workflowId, options);
  const session = requestId ?? open.requestId;
  return { round: round ?? open.round, ...(session !== undefined && { requestId: session }), answerId, answers };
}
