// Opening a Flinks session, with the challenges of the bank on the way. What holds:
// 1. Opening on stored data may be repeated. A live login and an answer are made at most once; when it is unknown whether
//    one arrived, the run ends as `LoginOutcomeUnknown`.
// 2. Both are bound to a run id, so that a run that was reset, or that repeats another by a retry policy or a cron schedule,
//    does not send them again. See activities/at-most-once.ts.
// 3. All answers of a session carry the token that opened it, so all its rounds end within 25 minutes.
// 4. An answer beats its deadline, and a cancellation beats an answer: a cancelled run sends nothing more to the bank.
// 5. An answer is used for the round in which it came, and never kept for another.
import { CancellationScope, CancelledFailure, condition, workflowInfo } from '@temporalio/workflow';
import type { Authorized } from '../activities/authorize.js';
import type { SessionOpenedBy } from '../activities/fit.js';
import { milliseconds, type Login, type ResolvedInput } from '../contract.js';
import type { SecurityResponse } from '../flinks/client.js';
import { atMostOnce, repeatable } from './calls.js';
import type { Run } from './context.js';
import { runFailure } from './failures.js';
import { measureAnswer } from './metrics.js';
import { refuseUnsupported } from './unsupported-challenges.js';

export interface OpenedSession {
  requestId: string;
  openedBy: SessionOpenedBy;
  institution?: string;
  institutionId?: number | string;
  institutionName?: string;
  tag?: string;
  login?: Record<string, unknown>;
  /** The last refresh behind a cached session failed. */
  stale: boolean;
}

type Mode = 'cached' | 'live';
/** The reply that asks the customer something. Histories hold the challenges as `open`. */
type Asked = Extract<Authorized, { kind: 'challenges' }>;

/** A token lives for 30 minutes by Flinks' documents, and the answer of the last round has to reach Flinks with it. */
const allRoundsWithinMs = 25 * 60_000;

const outcomeUnknown = { type: 'LoginOutcomeUnknown' } as const;

/** Logs in, or opens the stored data, and goes through as many rounds of challenges as the bank asks for. */
export async function openSession(run: Run, input: ResolvedInput, login: Login, mode: Mode): Promise<OpenedSession> {
  if ('institution' in login) run.progress.learn({ institution: login.institution });
  run.progress.enter('authorizing');
  let reply = await authorize(run, input, login, mode);
  const openedBy: SessionOpenedBy = {
    sent: 'loginId' in login ? 'loginId' : 'credentials',
    cached: mode === 'cached',
    ...('loginId' in login && { loginId: login.loginId }),
    ...(reply.customer !== undefined && { customer: reply.customer }),
    ...(reply.turn !== undefined && { turn: reply.turn }),
  };

  const lastDeadline = Date.now() + allRoundsWithinMs;
  while (reply.kind === 'challenges') {
    const answers = await askCustomer(run, input, reply.open, lastDeadline);
    run.progress.enter('authorizing');
    reply = await sendAnswers(run, reply, answers, openedBy);
  }
  return { ...reply.session, openedBy, stale: reply.stale ?? false };
}

function authorize(run: Run, input: ResolvedInput, login: Login, mode: Mode): Promise<Authorized> {
  const { save, language, tag } = input;
  const session = { login, save, language, tag };
  if (mode === 'cached')
    return repeatable(run, 'Open the stored data', ({ authorize }, at) =>
      authorize({ open: { ...session, mode }, at }),
    );
  const { firstExecutionRunId, originalExecutionRunId } = workflowInfo();
  if (firstExecutionRunId !== originalExecutionRunId)
    throw runFailure(
      'LoginOutcomeUnknown',
      'The run repeats an earlier one, by a retry policy or a cron schedule, and nobody asked for another live login.',
    );
  // Not `runId`, which a reset changes: a run that was reset must not log in live once more by itself.
  const onlyInRunId = originalExecutionRunId;
  return atMostOnce(run, 'Log in at the bank', outcomeUnknown, ({ authorize }, at) =>
    authorize({ open: { ...session, mode }, at, onlyInRunId }),
  );
}

function sendAnswers(
  run: Run,
  { token, run: openedByRunId, open: { requestId } }: Asked,
  answers: SecurityResponse[],
  openedBy: SessionOpenedBy,
): Promise<Authorized> {
  const label = `Answer round ${run.progress.current.round}`;
  return atMostOnce(run, label, outcomeUnknown, ({ authorize }, at) =>
    authorize({ answer: { requestId, token, answers, openedBy }, at, onlyInRunId: openedByRunId }),
  );
}

async function askCustomer(
  run: Run,
  { answerWithin, maxChallengeRounds }: ResolvedInput,
  { requestId, challenges }: Asked['open'],
  lastDeadline: number,
): Promise<SecurityResponse[]> {
  const { progress, desk } = run;
  const round = progress.current.round + 1;
  if (round > maxChallengeRounds)
    throw runFailure(
      'TooManyChallengeRounds',
      `The bank asked for another round after the ${maxChallengeRounds} that are allowed.`,
      { requestId },
    );
  refuseUnsupported(challenges, requestId);

  const askedAt = Date.now();
  const deadline = Math.min(askedAt + milliseconds(answerWithin), lastDeadline);
  progress.learn({ round });
  progress.enter('awaitingAnswers', { challenges, deadline: new Date(deadline).toISOString() });
  desk.open({ round, requestId, challenges, deadline });
  try {
    await untilAnswered(run, deadline, `Answers of round ${round} until ${new Date(deadline).toISOString()}`);
    if (CancellationScope.current().consideredCancelled)
      throw new CancelledFailure('Cancelled while an answer was awaited');
    const answers = desk.taken();
    if (answers) {
      measureAnswer(askedAt);
      return answers;
    }
  } finally {
    desk.close();
  }
  throw runFailure('SecurityAnswerTimedOut', `No answer came in time for round ${round}.`, { requestId });
}

/** Waits for an answer or the deadline. Meanwhile it tries again to read answers that could not be read when they came. */
async function untilAnswered(run: Run, deadline: number, summary: string): Promise<void> {
  const { desk } = run;
  while (!desk.taken()) {
    const leftMs = deadline - Date.now();
    const tryInMs = desk.nextTryInMs();
    const isLast = tryInMs === undefined || tryInMs >= leftMs;
    run.beforeWait();
    const hasNews = await condition(
      () => desk.taken() !== undefined || desk.nextTryInMs() !== tryInMs,
      Math.max(isLast ? leftMs : tryInMs, 1),
      { summary },
    );
    if (hasNews) continue;
    if (isLast) return;
    desk.tryAgain();
  }
}
