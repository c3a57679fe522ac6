// Opening a Flinks session, with the bank's questions on the way.
import { CancellationScope, CancelledFailure, condition, workflowInfo } from '@temporalio/workflow';
import type { Authorized, AuthorizeRequest } from '../activities/authorize.js';
import type { AsOrdinary } from '../activities/local-calls.js';
import type { Attempt } from '../activities/retries.js';
import { milliseconds, type Challenge, type Login, type ResolvedInput } from '../contract.js';
import type { SecurityResponse } from '../flinks/client.js';
import { once, readable, repeatWhereHarmless } from './calls.js';
import { failureOf, runFailure } from './failures.js';
import { shortly } from './local-calls.js';
import { measureAnswer } from './metrics.js';
import type { Run } from './run.js';

export interface OpenedSession {
  requestId: string;
  institution?: string;
  login?: Record<string, unknown>;
  cached: boolean;
  /** The last refresh behind a cached session failed. */
  stale: boolean;
}

type Challenges = Extract<Authorized, { kind: 'challenges' }>;

/** A token lives for 30 minutes by Flinks' documents, and the answer of the last round has to reach Flinks with it. */
const allRoundsWithinMs = 25 * 60_000;

/** Logs in, or opens the stored data, and goes through as many rounds of questions as the bank asks. */
export async function openSession(
  run: Run,
  input: ResolvedInput,
  login: Login,
  mode: 'cached' | 'live',
): Promise<OpenedSession> {
  const { save, language, tag } = input;
  if ('institution' in login) run.progress.learn({ institution: login.institution });
  run.progress.enter('authorizing');
  const open = { login, mode, save, language, tag };
  let reply =
    mode === 'cached'
      ? await noting(run, 'FlinksUnavailable', () =>
          shortly(run, 'Open the stored data', ({ authorize }, at) => authorize({ open, at })),
        )
      : await noting(run, 'LoginOutcomeUnknown', () =>
          onceOnly(run, 'Log in at the bank', (at) => ({
            open,
            at,
            // Not `runId`, which a reset changes: a run that was reset must not log in live once more by itself.
            run: workflowInfo().originalExecutionRunId,
          })),
        );

  const firstAskedAt = Date.now();
  while (reply.kind === 'challenges') {
    const { token, run: openedIn, open } = reply;
    const answers = await askCustomer(run, input, open, firstAskedAt + allRoundsWithinMs);
    run.progress.enter('authorizing');
    const answer = { requestId: open.requestId, token, answers };
    const summary = `Answer round ${run.progress.current.round}`;
    reply = await noting(run, 'LoginOutcomeUnknown', () =>
      onceOnly(run, summary, (at) => ({ answer, at, run: openedIn })),
    );
  }
  return { ...reply.session, cached: mode === 'cached', stale: reply.stale ?? false };
}

/** Sends what counts at the bank, again only where it cannot have left. */
const onceOnly = (run: Run, summary: string, request: (at: Attempt) => AuthorizeRequest) =>
  repeatWhereHarmless(run, (at) => once(run, summary).authorize(request(at)));

async function noting(
  { progress }: Run,
  unreported: 'FlinksUnavailable' | 'LoginOutcomeUnknown',
  call: () => Promise<Authorized | AsOrdinary>,
): Promise<Authorized> {
  try {
    const reply = readable(await call());
    const { requestId, institution } = reply.kind === 'session' ? reply.session : reply.open;
    progress.learn({
      requestId,
      ...(institution !== undefined && { institution }),
      ...(reply.code !== undefined && { lastFlinksCode: reply.code }),
    });
    return reply;
  } catch (error) {
    throw failureOf(error, unreported, progress.current.requestId);
  }
}

async function askCustomer(
  run: Run,
  { answerWithin, maxChallengeRounds }: ResolvedInput,
  { requestId, challenges }: Challenges['open'],
  lastDeadline: number,
): Promise<SecurityResponse[]> {
  const { progress, desk } = run;
  const round = progress.current.round + 1;
  if (round > maxChallengeRounds)
    throw runFailure(
      'TooManyChallengeRounds',
      `The bank asked for a round beyond the ${maxChallengeRounds} that are allowed.`,
      { requestId },
    );
  refuseUnsupported(challenges, requestId);

  const askedAt = Date.now();
  const deadline = Math.min(askedAt + milliseconds(answerWithin), lastDeadline);
  progress.learn({ round });
  progress.enter('awaitingAnswers', { challenges, deadline: new Date(deadline).toISOString() });
  desk.open({ round, requestId, challenges });
  run.beforeWait();
  try {
    await condition(() => desk.taken() !== undefined, Math.max(deadline - Date.now(), 1), {
      summary: `Answers of round ${round} until ${new Date(deadline).toISOString()}`,
    });
    // Of an answer and a cancellation in the same moment the cancellation wins: nothing more may reach the bank.
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
  throw runFailure('SecurityAnswerTimedOut', `No answer came in the time for round ${round}.`, { requestId });
}

/** Questions that no answer could reach: answers go by prompt, and a push approval takes none. */
function refuseUnsupported(challenges: Challenge[], requestId: string): void {
  const prompts = challenges.map(({ prompt }) => prompt);
  const fault =
    challenges.length === 0
      ? 'The bank asked for an answer without a question.'
      : prompts.some((prompt) => prompt.trim() === '')
        ? 'The bank asked a question without a text.'
        : new Set(prompts).size < prompts.length
          ? 'The bank asked the same question twice in one round.'
          : challenges.some(({ type }) => type === 'WaitUntilEUAccept')
            ? 'The bank waits for an approval on the customer’s device.'
            : undefined;
  if (fault !== undefined)
    throw runFailure('UnsupportedChallenge', fault, {
      requestId,
    });
}
