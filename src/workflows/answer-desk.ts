// Where answers come in, by signal and by update. What holds:
// 1. An answer is for the open round only. One that comes at any other time is refused, and none is kept for later.
// 2. One answer is taken for each round.
// 3. An answerId that was taken counts once: the same answer gets its outcome again. With other answers, or for another
//    round, it is refused. An answerId whose answer was refused may come again.
// 4. The update's validator is synchronous. Temporal does not await an asynchronous one, which would let every answer in.
// 5. A signal never fails the run: what it brings is refused in words, and `progress` counts it.
// 6. An answer that this worker cannot read goes to another, if there is one. If that cannot read it either, it is refused: an
//    update for good, and our client sends it again. A signal is kept for the open round, and tried again: see unread.ts.
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { AnswerOutcome } from '../contract.js';
import type { SecurityResponse } from '../flinks/client.js';
import { byPrompt, duplicate, inOrder, judgeAnswers, readAnswers, type OpenRound, type Rejection } from './answers.js';
import { answerSignal, answerUpdate } from './messages.js';
import type { ProgressReport } from './progress.js';
import { reasonIn } from '../contract/unread-value.js';
import { isGivenUp, isReadNow, refuseUnlessRead, type Copy } from './unread.js';

export interface AnswerDesk {
  /** Takes answers for this round from now on. */
  open(round: OpenRound): void;
  /** The answers that were taken for the open round. */
  taken(): SecurityResponse[] | undefined;
  /** When to try again to read what was sent for the open round, in milliseconds. Undefined if there is no more to try. */
  nextTryInMs(): number | undefined;
  tryAgain(): void;
  /** Refuses every answer until the next round. */
  close(): void;
}

/** Each costs the history two events. After so many, signals are refused unread; updates are still taken. */
const mostUnreadSignals = 100;

/** In a run, for all its signals together: each costs the history eight events. */
const mostTries = 12;
const tryInMs = (tries: number): number => Math.min(1_000 * 2 ** tries, 30_000);

type Verdict = { answers: SecurityResponse[]; answerId?: string } | { again: AnswerOutcome } | Rejection;

export function openAnswerDesk(progress: ProgressReport, copy: Copy): AnswerDesk {
  let round: OpenRound | undefined;
  let taken: SecurityResponse[] | undefined;
  let previous: SecurityResponse[] = [];
  let signals = 0;
  let unreadSignals = 0;
  let unread: { name: string; payload: unknown }[] = [];
  let tries = 0;
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
        const reason = reasonIn(payload);
        // What fails here is refused. What fails in the handler fails the workflow task, and the update comes again.
        if (reason && copy.fails(reason)) return;
        if (reason) throw ApplicationFailure.create({ ...reason, nonRetryable: true });
        const verdict = judge(payload);
        if ('rejected' in verdict) throw refusal(verdict);
      },
    },
  );

  function settle(verdict: Verdict): void {
    if ('answers' in verdict) take(verdict.answers, verdict.answerId);
    if ('rejected' in verdict) progress.reject(verdict.rejected);
  }

  setHandler(answerSignal, (payload) => {
    signals += 1;
    const name = `answer-${signals}`;
    const isOneTooMany = unreadSignals >= mostUnreadSignals;
    if (!isOneTooMany && !isGivenUp(name, payload, copy.fails)) return settle(judge(payload));
    unreadSignals += 1;
    progress.reject('InvalidAnswer');
    if (round && !taken && !isOneTooMany) unread.push({ name, payload });
  });

  return {
    open(next) {
      round = next;
      taken = undefined;
    },
    taken: () => taken,
    nextTryInMs: () => (unread.length > 0 && tries < mostTries ? tryInMs(tries) : undefined),
    tryAgain() {
      tries += 1;
      unread = unread.filter(({ name, payload }) => {
        if (!isReadNow(`${name}-${tries}`, payload, copy.fails)) return true;
        settle(judge(payload));
        return false;
      });
    },
    close() {
      round = undefined;
      taken = undefined;
      unread = [];
    },
  };
}

const refusal = ({ rejected, message, fields }: Rejection): ApplicationFailure =>
  ApplicationFailure.create({ type: rejected, message, nonRetryable: true, ...(fields && { details: [{ fields }] }) });
