// Carrying a customer's answer to the run, so that it counts for the question that was seen, and once.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { calling, type CallOptions } from './temporal-call.js';
import { keyedHash } from './keyed-hash.js';
import { meantRun } from './meant-run.js';
import { AnswerRejectedError } from '../contract/errors.js';
import { answerName, type AnswerOutcome, type ReadAnswers, type SecurityAnswers } from '../contract.js';
import { UnreadByWorkerError } from '../temporal/errors.js';
import { parseAnswers } from '../contract/answers.js';

/** What our client sends at most. Every message stays in the run's history, which Temporal ends at 50 MB. */
const mostBytes = 1024 * 1024;

/** How often an update is sent that comes to workers without its key. If one of two has the key, one of these finds it. */
const mostSends = 15;
const pauseMs = (sent: number): number => Math.min(100 * 2 ** sent, 1_000);

export async function answerByUpdate(
  temporal: Client,
  workflowId: string,
  answer: SecurityAnswers,
  options: CallOptions,
): Promise<AnswerOutcome> {
  const full = read(answer);
  const { answerId, round, answers } = full;
  // The server answers an update with a known id by itself, also after the close. So the id stands for all that was sent.
  const updateId = keyedHash(temporal, [answerId, String(round), JSON.stringify(answers)]);
  const { workflowId: meant, runId } = await meantRun(temporal, workflowId, options);
  const send = () =>
    calling(temporal, meant, { ...options, runId, answeredBy: 'worker' }, (handle) =>
      handle.executeUpdate<AnswerOutcome, [ReadAnswers]>(answerName, { args: [full], updateId }),
    );
  for (let sent = 1; ; sent++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof UnreadByWorkerError) || sent >= mostSends) throw error;
    }
    // A caller who waits no longer is told so by the next call.
    await pause(pauseMs(sent), undefined, options.signal && { signal: options.signal }).catch(() => undefined);
  }
}

export async function answerBySignal(
  temporal: Client,
  workflowId: string,
  answer: SecurityAnswers,
  options: CallOptions,
): Promise<void> {
  const full = read(answer);
  const { workflowId: meant, runId } = await meantRun(temporal, workflowId, options);
  await calling(temporal, meant, { ...options, runId, answeredBy: 'server' }, (handle) =>
    handle.signal<[ReadAnswers]>(answerName, full),
  );
}

/**
 * The answer as it is sent, with an answerId. A round or a session that the caller left out stays out: what the run has
 * open now may be another question than the one that was seen.
 */
function read(answer: SecurityAnswers): ReadAnswers & { answerId: string } {
  const parsed = parseAnswers(answer);
  if (!('answers' in parsed)) throw new AnswerRejectedError('InvalidAnswer', parsed.message, parsed.fields);
  const full = { ...parsed.answers, answerId: parsed.answers.answerId ?? randomUUID() };
  if (Buffer.byteLength(JSON.stringify(full)) > mostBytes)
    throw new AnswerRejectedError('AnswerTooLarge', `The answers have more than ${mostBytes} bytes.`);
  return full;
}
