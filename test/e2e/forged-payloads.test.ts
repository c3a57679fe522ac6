import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Payload } from '@temporalio/common';
import { afterAll, describe, expect, test } from 'vitest';
import { loginIdFor } from '../../simulator/server.js';
import { AccountDetailsError } from '../../src/client.js';
import { accountDetailsWorkflowId, answerName, progressName, taskQueue, workflowType } from '../../src/contract.js';
import { forged, type Forgery } from '../support/forged-payloads.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';

const { connection, simulator, client, temporal, work } = await liveStack();
const service = connection.workflowService;
const namespace = 'default';
const folder = await mkdtemp(join(tmpdir(), 'forged-payloads-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const answers = { 'What city were you born in?': 'Montreal' };
const withStore = { PAYLOAD_STORAGE: `file:${folder}` };
let n = 0;

type Forge = (value: unknown, workflowId: string) => Promise<Payload>;

const payloads = (payload: Payload) => ({ payloads: [payload] });

function startRaw(workflowId: string, input: Payload, memo?: Payload) {
  return service.startWorkflowExecution({
    namespace,
    requestId: randomUUID(),
    workflowId,
    workflowType: { name: workflowType },
    taskQueue: { name: taskQueue },
    input: payloads(input),
    ...(memo && { memo: { fields: { note: memo } } }),
  });
}

const inputFor = (loginId: string) => ({ login: { loginId } });

/** A run that waits for an answer. */
async function askedRun(): Promise<string> {
  const { workflowId } = await client.startAndWaitForChallenge({ login: { loginId: loginIdFor('question', ++n) } });
  return workflowId;
}

/** A live run whose request to the bank is under way. */
async function callingRun(): Promise<{ workflowId: string; activityId: string }> {
  const loginId = loginIdFor('question', ++n);
  simulator.inject({ endpoint: 'Authorize', loginId, fault: { kind: 'slow-first-byte', delayMs: 60_000 } });
  const { workflowId } = await client.start({ login: { loginId }, mode: 'live' });
  const activityId = await until('Flinks is asked', async () => {
    const { raw } = await temporal.workflow.getHandle(workflowId).describe();
    return raw.pendingActivities?.[0]?.activityId ?? undefined;
  });
  return { workflowId, activityId };
}

const reply = { kind: 'session', session: { requestId: 'FORGED' } };

/** Each puts a payload into a run of its own, and returns the run's workflow id. */
const places: Record<string, (forge: Forge) => Promise<string>> = {
  input: async (forge) => {
    const workflowId = accountDetailsWorkflowId(loginIdFor('question', ++n));
    await startRaw(workflowId, await forge(inputFor(loginIdFor('question', n)), workflowId));
    return workflowId;
  },
  memo: async (forge) => {
    const workflowId = accountDetailsWorkflowId(loginIdFor('question', ++n));
    const input = await forged.plain({ login: { loginId: loginIdFor('question', n) } });
    await startRaw(workflowId, await sealedFor(workflowId, input), await forge('FORGED', workflowId));
    return workflowId;
  },
  signal: (forge) => signalled(answerName, forge),
  'signal that no handler has': (forge) => signalled('nobodyHandlesThis', forge),
  update: async (forge) => {
    const workflowId = await askedRun();
    const input = { name: answerName, args: payloads(await forge({ answers: { FORGED: 'x' } }, workflowId)) };
    await service.updateWorkflowExecution({
      namespace,
      workflowExecution: { workflowId },
      waitPolicy: { lifecycleStage: 3 },
      request: { meta: { updateId: randomUUID() }, input },
    });
    return workflowId;
  },
  'argument of a query': async (forge) => {
    const workflowId = await askedRun();
    const query = { queryType: progressName, queryArgs: payloads(await forge('FORGED', workflowId)) };
    await service.queryWorkflow({ namespace, execution: { workflowId }, query });
    return workflowId;
  },
  'result of an activity': async (forge) => {
    const { workflowId, activityId } = await callingRun();
    const result = payloads(await forge(reply, workflowId));
    await service.respondActivityTaskCompletedById({ namespace, workflowId, activityId, result });
    return workflowId;
  },
  'details of a failed activity': async (forge) => {
    const { workflowId, activityId } = await callingRun();
    const details = payloads(await forge({ answered: true, transient: false, requestId: 'FORGED' }, workflowId));
    const failure = { message: 'FORGED', applicationFailureInfo: { type: 'InvalidCredentials', details } };
    await service.respondActivityTaskFailedById({ namespace, workflowId, activityId, failure });
    return workflowId;
  },
  heartbeat: async (forge) => {
    const { workflowId, activityId } = await callingRun();
    const details = payloads(await forge('FORGED', workflowId));
    await service.recordActivityTaskHeartbeatById({ namespace, workflowId, activityId, details });
    await service.respondActivityTaskFailedById({ namespace, workflowId, activityId, failure: { message: '' } });
    return workflowId;
  },
};

async function sealedFor(workflowId: string, payload: Payload): Promise<Payload> {
  const codec = temporal.options.loadedDataConverter.payloadCodecs[0];
  const [sealed = {}] = (await codec?.encode([payload], { type: 'workflow', namespace, workflowId })) ?? [];
  return sealed;
}

async function signalled(signalName: string, forge: Forge): Promise<string> {
  const workflowId = await askedRun();
  const input = payloads(await forge({ answers: { FORGED: 'x' } }, workflowId));
  await service.signalWorkflowExecution({ namespace, workflowExecution: { workflowId }, signalName, input });
  return workflowId;
}

/** How a run ends that is answered rightly if it asks. Nothing forged may be in its result. */
async function endOf(workflowId: string): Promise<string> {
  const signal = AbortSignal.timeout(boundMs);
  try {
    for await (const { progress } of client.watch(workflowId, { everyMs: 300, signal }))
      if (progress?.stage === 'awaitingAnswers') await client.answer(workflowId, { answers }).catch(() => undefined);
    const result = JSON.stringify(await client.result(workflowId, { signal }));
    return result.includes('FORGED') ? 'forged' : 'completed';
  } catch (error) {
    if (!(error instanceof AccountDetailsError)) throw error;
    return signal.aborted ? 'still open' : error.code;
  }
}

/** Whether a run that is cancelled is closed then. A run that waits for a key hears it with its next workflow task. */
async function isClosedByCancel(workflowId: string): Promise<boolean> {
  const handle = temporal.workflow.getHandle(workflowId);
  await handle.cancel().catch(() => undefined);
  const closed = until('it is closed', async () => (await handle.describe()).status.name !== 'RUNNING');
  return closed.catch(() => false);
}

/** Twice PAYLOAD_KEY_WAIT, until the next workflow task, and what a busy machine takes. */
const boundMs = 100_000;

type Ends = Record<Forgery, string>;

/** The server itself refuses a payload of 3 MB. */
const all = (end: string, tooLarge = 'refused by the server'): Ends => ({
  plain: end,
  'of another workflow': end,
  'of the namespace': end,
  'of an unknown key': end,
  'a missing object': end,
  '3 MB': tooLarge,
});

const forgedReply: Record<string, Ends> = {
  // The server takes the activity for one that failed, and tells nobody by what.
  'result of an activity': all('UnexpectedResponse', 'LoginOutcomeUnknown'),
  'details of a failed activity': all('LoginOutcomeUnknown', 'LoginOutcomeUnknown'),
  heartbeat: all('LoginOutcomeUnknown'),
};

const passesBy: Record<string, Ends> = {
  memo: all('completed'),
  signal: all('completed'),
  'signal that no handler has': all('completed'),
  update: all('completed'),
  'argument of a query': all('completed'),
};

/** How runs end by the place of the forged payload, for each PAYLOAD_ACCEPT. Only inputs depend on it. */
const ends: Record<'any' | 'namespace' | 'workflow', Record<string, Ends>> = {
  any: {
    ...forgedReply,
    ...passesBy,
    input: { ...all('InvalidInput'), plain: 'completed', 'of the namespace': 'completed' },
  },
  namespace: { ...forgedReply, ...passesBy, input: { ...all('InvalidInput'), 'of the namespace': 'completed' } },
  workflow: { ...forgedReply, ...passesBy, input: all('InvalidInput') },
};

// Each takes most of a minute, and only inputs depend on it: `ACCEPTS="any namespace workflow"` tries them all.
const accepts = (['any', 'namespace', 'workflow'] as const).filter((accept) =>
  (process.env['ACCEPTS'] ?? 'any').split(/\W+/).includes(accept),
);

describe.each(accepts)('PAYLOAD_ACCEPT=%s', (accept) => {
  test('a forged payload ends or passes by the run, and is in no result', { timeout: 400_000 }, async () => {
    const worker = await work({ ...withStore, PAYLOAD_ACCEPT: accept, PAYLOAD_KEY_WAIT: '2 seconds' });
    const cells = Object.entries(places).flatMap(([place, put]) =>
      Object.entries(forged).map(async ([kind, forge]) => {
        const end = await put(forge).then(endOf, () => 'refused by the server');
        return [place, kind, end] as const;
      }),
    );
    const found: Record<string, Record<string, string>> = {};
    for (const [place, kind, end] of await Promise.all(cells)) (found[place] ??= {})[kind] = end;
    await worker.stop();
    expect(found).toEqual(ends[accept]);
  });
});

test('a run that met one is not deaf to a cancellation', { timeout: 400_000 }, async () => {
  // So long that a run which waits for a key ends by the cancellation only.
  const worker = await work({ ...withStore, PAYLOAD_KEY_WAIT: '1 hour' });
  const cells = Object.entries(places).flatMap(([place, put]) =>
    Object.entries(forged).map(async ([kind, forge]) => {
      const workflowId = await put(forge).catch(() => undefined);
      return [`${place}, ${kind}`, workflowId === undefined || (await isClosedByCancel(workflowId))] as const;
    }),
  );
  const found = await Promise.all(cells);
  await worker.stop();
  expect(found.filter(([, closed]) => !closed)).toEqual([]);
});
