// A run as its tests see it: what it says, what it is told, how it ends, and what Flinks was asked meanwhile.
import type { WorkflowClient, WorkflowHandle, WorkflowStartOptions } from '@temporalio/client';
import { vi } from 'vitest';
import type { Endpoint } from '../../simulator/endpoints.js';
import { countByEndpoint } from '../../simulator/record.js';
import { answersFor, loginIdFor, type RecordedRequest, type Simulator } from '../../simulator/server.js';
import {
  accountDetailsWorkflowId,
  answerName,
  progressName,
  taskQueue,
  workflowType,
  type AnswerOutcome,
  type Progress,
  type RetrieveAccountDetailsInput,
  type Stage,
} from '../../src/contract.js';
import { failureOf, refusalOf, type Outcome } from './outcome.js';

/** What another client may send: bytes that need not fit the encoding that they claim to have. */
export interface RawPayload {
  encoding: string;
  messageType?: string;
  data?: string;
}

const payloadsOf = ({ data = '{"no', ...metadata }: RawPayload) => ({
  payloads: [
    {
      metadata: Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value)])),
      data: Buffer.from(data),
    },
  ],
});

export interface Retrieval {
  handle: WorkflowHandle;
  progress(): Promise<Progress>;
  /** Waits, without moving the clock, until the run says what is wanted. */
  until(fits: (progress: Progress) => boolean): Promise<Progress>;
  /** Waits, without moving the clock, until the run is in this stage, and in this round where one is given. */
  reaches(stage: Stage, round?: number): Promise<Progress>;
  /** Answers by update. Returns the outcome, or the type of the refusal. */
  update(payload: unknown): Promise<AnswerOutcome | string>;
  signal(payload: unknown): Promise<void>;
  /** Signals a payload as it is, past every converter. */
  signalRaw(payload: RawPayload): Promise<void>;
  /** Waits for the open round and answers it rightly, by update. */
  answerRound(round: number): Promise<void>;
  /** Lets time pass until the run has ended. */
  outcome(): Promise<Outcome>;
  /** Waits, without moving the clock, until the run has ended. Returns when that was, in milliseconds. */
  closed(): Promise<number>;
  /** What Flinks was asked since the run began, in order. */
  requests(endpoint?: Endpoint): RecordedRequest[];
  /** How often Flinks was asked, by endpoint. */
  counts(): Partial<Record<Endpoint, number>>;
  /** Waits until Flinks has got a request that it has not answered yet; with `answer`, one that carries an answer. */
  openRequest(endpoint: Endpoint, answer?: boolean): Promise<RecordedRequest>;
  /** Waits until Flinks has answered a request with this status. */
  closedRequest(endpoint: Endpoint, status: number): Promise<RecordedRequest>;
  /** Starts the next run of the same workflow id with the same input. */
  again(): Promise<Retrieval>;
}

/** The LoginId of an input that has one: its run is under the own id of the login. */
const loginIdOf = (input: unknown): string | undefined => {
  const { loginId } = (input as { login?: { loginId?: unknown } } | undefined)?.login ?? {};
  return typeof loginId === 'string' ? loginId : undefined;
};

export function createRetrievals(
  client: { workflow: WorkflowClient },
  simulator: Simulator,
  turn: Pick<WorkflowStartOptions, 'priority'>,
) {
  const handles: WorkflowHandle[] = [];
  let n = 0;

  async function started(
    begin: (workflowId: string) => Promise<unknown>,
    scenario = '',
    loginId?: string,
  ): Promise<Retrieval> {
    n += 1;
    const workflowId = accountDetailsWorkflowId(loginId ?? String(n));
    return (async function run(): Promise<Retrieval> {
      const from = simulator.requests.length;
      await begin(workflowId);
      const handle = client.workflow.getHandle(workflowId);
      handles.push(handle);
      return retrieval(handle, () => simulator.requests.slice(from), scenario, run);
    })();
  }

  const startWith = (input: unknown, scenario?: string): Promise<Retrieval> =>
    started(
      (workflowId) =>
        client.workflow.start(workflowType, {
          taskQueue,
          workflowId,
          args: input === undefined ? [] : [input],
          ...turn,
        }),
      scenario,
      loginIdOf(input),
    );

  return {
    startWith,
    startRaw: (payload: RawPayload): Promise<Retrieval> =>
      started((workflowId) =>
        client.workflow.workflowService.startWorkflowExecution({
          namespace: 'default',
          requestId: workflowId,
          workflowId,
          workflowType: { name: workflowType },
          taskQueue: { name: taskQueue },
          input: payloadsOf(payload),
        }),
      ),
    start: (scenario: string, input: Partial<RetrieveAccountDetailsInput> = {}): Promise<Retrieval> =>
      startWith({ login: { loginId: loginIdFor(scenario, n + 1) }, ...input }, scenario),
    /**
     * Cancels what a test left open: it would take part in the next test's time. Not by terminating, for then the
     * server would wait in real time for activities that nobody ends.
     */
    async closeOpen(): Promise<void> {
      for (const handle of handles.splice(0)) {
        if ((await handle.describe()).status.name !== 'RUNNING') continue;
        await handle.cancel();
        await handle.result().catch(() => undefined);
      }
    },
  };
}

function retrieval(
  handle: WorkflowHandle,
  recorded: () => RecordedRequest[],
  scenario: string,
  again: () => Promise<Retrieval>,
): Retrieval {
  const requests = (endpoint?: Endpoint) =>
    recorded().filter((request) => endpoint === undefined || request.endpoint === endpoint);
  const progress = () => handle.query<Progress>(progressName);
  const until = (fits: (progress: Progress) => boolean) =>
    vi.waitFor(async () => {
      const now = await progress();
      if (!fits(now)) throw new Error(`The run stays at ${JSON.stringify(now)}.`);
      return now;
    }, waiting);
  const reaches = (stage: Stage, round?: number) =>
    until((now) => now.stage === stage && (round === undefined || now.round === round));
  const update = (payload: unknown) =>
    handle.executeUpdate<AnswerOutcome, [unknown]>(answerName, { args: [payload] }).catch(refusalOf);
  const request = (endpoint: Endpoint, fits: (request: RecordedRequest) => boolean) =>
    vi.waitFor(() => {
      const found = requests(endpoint).find(fits);
      if (!found) throw new Error(`There is no such ${endpoint} among ${JSON.stringify(requests(endpoint))}.`);
      return found;
    }, waiting);
  return {
    handle,
    progress,
    until,
    reaches,
    update,
    signal: (payload) => handle.signal(answerName, payload),
    async signalRaw(payload) {
      await handle.client.workflowService.signalWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: handle.workflowId },
        signalName: answerName,
        input: payloadsOf(payload),
      });
    },
    async answerRound(round) {
      const { challenges = [] } = await reaches('awaitingAnswers', round);
      const answers = answersFor(
        scenario,
        challenges.map(({ prompt }) => prompt),
      );
      await handle.executeUpdate<AnswerOutcome, [unknown]>(answerName, { args: [{ round, answers }] });
    },
    outcome: () => handle.result().then((completed) => ({ completed }), failureOf),
    closed: () =>
      vi.waitFor(async () => {
        const { closeTime } = await handle.describe();
        if (!closeTime) throw new Error('The run is still open.');
        return closeTime.getTime();
      }, waiting),
    requests,
    counts: () => countByEndpoint(recorded()),
    openRequest: (endpoint, answer) =>
      request(endpoint, (one) => one.closedAt === undefined && (answer === undefined || one.answer === answer)),
    closedRequest: (endpoint, status) =>
      request(endpoint, (one) => one.closedAt !== undefined && one.status === status),
    again,
  };
}

/** Long, because a busy machine is slow; and not too often, because a query of a run that no cache holds replays it. */
const waiting = { timeout: 60_000, interval: 50 };
