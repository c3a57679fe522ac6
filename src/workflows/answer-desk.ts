// Where answers come in, by signal and by update. What holds:
// 1. An answer is for the open round only. One that comes at any other time is refused, and none is kept for later.
// 2. One answer is taken for each round.
// 3. An answerId that was taken counts once: the same answer gets its outcome again. With other answers, or for another
//    round, it is refused. An answerId whose answer was refused may come again.
// 4. The update's validator is synchronous. Temporal does not await an asynchronous one, which would let every answer in.
// 5. A signal never fails the run: what it brings is refused in words, and `progress` counts it.
// 6. An answer that cannot be read is refused at once. A signal's refusal is noted in the history, because a key may come
//    that makes it readable, and the run must not take it then.
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { AnswerOutcome } from '../contract.js';
import type { SecurityResponse } from '../flinks/client.js';
import { undecodable } from '../temporal/payload-converter.js';
import { byPrompt, duplicate, inOrder, judgeAnswers, readAnswers, type OpenRound, type Rejection } from './answers.js';
import { answerSignal, answerUpdate } from './messages.js';
import type { ProgressReport } from './progress.js';
import { isGivenUp, refuseUnlessRead } from './unread.js';

export interface AnswerDesk {
  /** Takes answers for this round from now on. */
  open(round: OpenRound): void;
  /** The answers that were taken for the open round. */
  taken(): SecurityResponse[] | undefined;
  /** Refuses every answer until the next round. */
  close(): void;
}

/** Each costs the history two events. After so many, signals are refused unread; updates are still taken. */
const mostUnreadSignals = 100;

type Verdict = { answers: SecurityResponse[]; answerId?: string } | { again: AnswerOutcome } | Rejection;

export function openAnswerDesk(progress: ProgressReport): AnswerDesk {
  let round: OpenRound | undefined;
  let taken: SecurityResponse[] | undefined;
  let previous: SecurityResponse[] = [];
  let signals = 0;
  let unreadSignals = 0;
  // Null prototype: an answerId is the caller's text, and `__proto__` is as good as any.
  const takenById: Record<string, { outcome: AnswerOutcome; answers: string }> = Object.create(null);

  function judge(payload: unknown): Verdict {
    const read = readAnswers(payload);
    if ('rejected' in read) return read;
    const { answerId } = read;
    const earlier = answerId === undefined ? undefined : takenById[answerId];
    if (earlier) {
      const isSame = (read.round ?? earlier.outcome.round) === earlier.outcome.round;
      return isSame && inOrder(read.answers) === earlier.answers
        ? { again: earlier.outcome }
        : duplicate('This answerId was taken with other answers or for another round. Send a new one.');
    }
    const judged = judgeAnswers(read, taken ? undefined : round, previous, Date.now());
    return Array.isArray(judged) ? { answers: judged, ...(answerId !== undefined && { answerId }) } : judged;
  }

  function take(answers: SecurityResponse[], answerId: string | undefined): AnswerOutcome {
    const outcome = { accepted: true, round: progress.current.round } as const;
    taken = answers;
    previous = answers;
    if (answerId !== undefined) takenById[answerId] = { outcome, answers: inOrder(byPrompt(answers)) };
    return outcome;
  }

  setHandler(
    answerUpdate,
    (payload) => {
      refuseUnlessRead(payload);
      const verdict = judge(payload);
      if ('rejected' in verdict) throw refusal(verdict);
      return 'again' in verdict ? verdict.again : take(verdict.answers, verdict.answerId);
    },
    {
      // Must not become asynchronous.
      validator: (payload) => {
        const verdict = judge(payload);
        if ('rejected' in verdict) throw refusal(verdict);
      },
    },
  );

  setHandler(answerSignal, (payload) => {
    signals += 1;
    const isUnread = unreadSignals >= mostUnreadSignals || isGivenUp(`answer-${signals}`, payload);
    if (isUnread) unreadSignals += 1;
    const verdict = judge(isUnread ? undecodable : payload);
    if ('answers' in verdict) take(verdict.answers, verdict.answerId);
    if ('rejected' in verdict) progress.reject(verdict.rejected);
  });

  return {
    open(next) {
      round = next;
      taken = undefined;
    },
    taken: () => taken,
    close() {
      round = undefined;
      taken = undefined;
    },
  };
}

const refusal = ({ rejected, message }: Rejection): ApplicationFailure =>
  ApplicationFailure.create({ type: rejected, message, nonRetryable: true });
