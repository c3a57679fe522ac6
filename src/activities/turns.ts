// Turns at the bank: of each login, one call that counts there is under way at a time. What holds:
// 1. A run can be gone while its call is still open: terminated, timed out, or replaced by the next start of its id. A
//    worker that stands still keeps its request open for longer yet. So the turn belongs to the call and not to the run.
// 2. Temporal keeps the turn: it is a workflow id, under which one run can be open.
// 3. That run begins only when the call would have timed out, and ends at once. So a turn that nobody gives back is over
//    by then, and one that is given back costs no worker anything.
// 4. Whoever finds the turn taken has sent nothing, and comes again.
import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { accountDetailsWorkflowId, taskQueue, turnId, turnType, type Login } from '../contract.js';
import { isGrpcError } from '../sdk-internals/grpc-status.js';
import { withheld } from './fit.js';

export interface Turns {
  /** The name of a login's turn. It says nothing of credentials. */
  nameOf(login: Login): string;
  /** Makes the call in the turn of this name. Throws before it is made if the turn is taken, or cannot be had now. */
  take<T>(name: string, call: () => Promise<T>): Promise<T>;
}

export interface TurnOptions {
  /** How long a call can be under way. Milliseconds. */
  longestCallMs: number;
  /** A hash that nobody without the payload key can test a guess against. */
  keyedHash: (parts: readonly string[]) => string;
}

/** Nobody waits longer for Temporal than this. */
const answerMs = 5_000;
/** Between taking the turn and sending, and between the time-out and the end of the connection. */
const marginMs = 15_000;

/** The turns of the logins of a namespace. */
export function createTurns({ longestCallMs, keyedHash }: TurnOptions): Turns {
  const within = <T>(call: (client: Context['client']) => Promise<T>): Promise<T> => {
    const { client } = Context.current();
    return client.withDeadline(Date.now() + answerMs, () => call(client));
  };

  const begin = (workflowId: string): Promise<string> =>
    within(async ({ workflow }) => {
      const startDelay = longestCallMs + marginMs;
      const { firstExecutionRunId } = await workflow.start(turnType, { taskQueue, workflowId, startDelay, args: [] });
      return firstExecutionRunId;
    });

  // If Temporal does not answer, the turn ends by itself.
  const giveBack = (workflowId: string, runId: string): Promise<unknown> =>
    within(({ workflow }) => workflow.getHandle(workflowId, runId).terminate('The call is over.')).catch(
      () => undefined,
    );

  return {
    nameOf: (login) =>
      turnId(
        accountDetailsWorkflowId(
          'loginId' in login
            ? login.loginId
            : keyedHash(['turn', login.institution.toLowerCase(), login.username]).slice(0, 32),
        ),
      ),
    async take(name, call) {
      const runId = await begin(name).catch((error: unknown) => {
        throw isTaken(error)
          ? underWay()
          : withheld('Temporal did not answer whether this login has a call under way.');
      });
      try {
        return await call();
      } finally {
        await giveBack(name, runId);
      }
    },
  };
}

const isTaken = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError') ||
  isGrpcError(error, 'alreadyExists');

const underWay = (): ApplicationFailure =>
  withheld('Another live login or answer of this login is under way, or was when its worker was last heard of.');
