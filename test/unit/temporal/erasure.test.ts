import type { WorkflowService } from '@temporalio/client';
import { msNumberToTs } from '@temporalio/common/lib/time.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { workerEnvironment } from '../../../simulator/defaults.js';
import { loginIdFor, startSimulator, type Simulator } from '../../../simulator/server.js';
import { forgetCard } from '../../../src/cli/forget/card.js';
import { main } from '../../../src/starter.js';
import { workflowType } from '../../../src/contract.js';
import { loadWorkerConfig } from '../../../src/config.js';
import { closedBefore, type ErasableRun } from '../../../src/temporal/erasable-runs.js';
import { createErasure, RunsStillFoundError } from '../../../src/temporal/erasure.js';
import type { PayloadStore } from '../../../src/temporal/storage/storage.js';

const run = (runId: string, closedAt?: number, resetTo?: string): ErasableRun => ({
  runId,
  type: workflowType,
  closedAt,
  resetTo,
  storedPayloads: 0,
});
const idsOf = (runs: ErasableRun[]): string[] => runs.map(({ runId }) => runId);

describe('runs that are old', () => {
  test('are those that closed before the time; an open run is never old', () => {
    expect(idsOf(closedBefore([run('open'), run('young', 10), run('old', 9)], 10))).toEqual(['old']);
  });

  test('stay as long as a run that was reset from them stays, however many resets there were', () => {
    const chain = [run('first', 1, 'second'), run('second', 2, 'third'), run('other', 3, 'gone')];
    expect(idsOf(closedBefore([...chain, run('third')], 10))).toEqual(['other']);
    expect(idsOf(closedBefore([...chain, run('third', 4)], 10))).toEqual(['first', 'second', 'other', 'third']);
  });
});

describe('erasing a run', () => {
  const info = {
    execution: { workflowId: 'one', runId: 'run-1' },
    type: { name: 'retrieveAccountDetails' },
    closeTime: msNumberToTs(1_000),
  };
  const notFound = Object.assign(new Error('workflow not found'), { code: 5, details: '', metadata: {} });
  const given = { runId: 'run-1', type: workflowType, closedAt: 1_000, resetTo: undefined, storedPayloads: 2 };

  /** A server that still lists a deleted run, and then still has its history, for so many questions each. */
  function slowServer(listedFor: number, describedFor: number, onList = () => {}) {
    const asked = { lists: 0, describes: 0, deleted: [] as unknown[] };
    const isDeleted = () => asked.deleted.length > 0;
    const service = {
      listWorkflowExecutions: async () => {
        onList();
        const executions = isDeleted() && asked.lists++ >= listedFor ? [] : [info];
        return { executions, nextPageToken: new Uint8Array() };
      },
      describeWorkflowExecution: async () => {
        if (isDeleted() && asked.describes++ >= describedFor) throw notFound;
        return { workflowExecutionInfo: info };
      },
      deleteWorkflowExecution: async (request: unknown) => void asked.deleted.push(request),
    };
    return { asked, service: service as unknown as WorkflowService };
  }

  /** A store that gets one more payload, from a worker that has not yet heard of the end of its run. */
  function lateStore() {
    const batches = [2, 1];
    const deleteStored = vi.fn<PayloadStore['deleteStored']>(async () => batches.shift() ?? 0);
    return { deleteStored, store: { deleteStored } as unknown as PayloadStore };
  }

  afterEach(() => vi.useRealTimers());

  test.each([
    ['a list', 3, 0],
    ['the history', 0, 6],
  ])('takes until the server no longer finds it by %s, and takes a late payload along', async (_where, ...slow) => {
    const { asked, service } = slowServer(...slow);
    const { deleteStored, store } = lateStore();
    expect(await createErasure(service, 'default', store).erase('one', [given])).toBe(3);
    expect(asked.deleted).toEqual([{ namespace: 'default', workflowExecution: { workflowId: 'one', runId: 'run-1' } }]);
    expect(deleteStored.mock.calls).toEqual([
      ['default', 'one'],
      ['default', 'one'],
    ]);
    expect(asked.lists).toBeGreaterThan(slow[0]);
    expect(asked.describes).toBeGreaterThan(slow[1]);
  });

  test('deletes no history if the store fails, so that the next attempt still finds the payloads', async () => {
    const { asked, service } = slowServer(0, 0);
    const broken = { deleteStored: async () => Promise.reject(new Error('The store is away.')) };
    const erasing = createErasure(service, 'default', broken as unknown as PayloadStore).erase('one', [given]);
    await expect(erasing).rejects.toThrow('The store is away.');
    expect(asked.deleted).toEqual([]);
  });

  test('is reported as unfinished if the server makes no progress for minutes', async () => {
    vi.useFakeTimers({ now: 0, toFake: ['Date'] });
    const { service } = slowServer(Infinity, Infinity, () => vi.setSystemTime(Date.now() + 60_000));
    const erasing = createErasure(service, 'default', undefined).erase('one', [given]);
    await expect(erasing).rejects.toThrow(RunsStillFoundError);
  });
});

describe('a card at Flinks', () => {
  const loginId = loginIdFor('plain', 1);
  let simulator: Simulator;
  let stderr = '';

  beforeEach(async () => {
    stderr = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((stderr += String(text))));
    simulator = await startSimulator();
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await simulator.close();
  });

  const config = (total = '1 minute') =>
    loadWorkerConfig({
      ...workerEnvironment(simulator.url, simulator.keys),
      FLINKS_RETRY_ATTEMPTS: '2',
      FLINKS_RETRY_INTERVAL: '10 ms',
      FLINKS_RETRY_MAXIMUM_INTERVAL: '20 ms',
      FLINKS_RETRY_TOTAL: total,
    });
  const statuses = () => simulator.requests.map(({ endpoint, status }) => `${endpoint} ${status}`);
  const refuse = (status: number, code: string, times: number) =>
    simulator.inject({ endpoint: 'DeleteCard', times, fault: { kind: 'status', status, code } });

  test('is deleted once, and then unknown', async () => {
    expect(await forgetCard(loginId, config())).toBe('deleted');
    expect(await forgetCard(loginId, config())).toBe('unknown');
    expect(simulator.requests.map(({ loginId }) => loginId)).toEqual([loginId, loginId]);
    expect(stderr).toBe('');
  });

  test('is waited for while Flinks is still at work on it, for longer than other failures are', async () => {
    refuse(400, 'CARD_IN_USE', 4);
    expect(await forgetCard(loginId, config())).toBe('deleted');
    expect(statuses()).toEqual([...Array<string>(4).fill('DeleteCard 400'), 'DeleteCard 200']);
    expect(stderr.match(/CARD_IN_USE/g)).toHaveLength(4);
  });

  test('is given up when it stays in use, with words for it', async () => {
    refuse(400, 'CARD_IN_USE', 1_000);
    await expect(forgetCard(loginId, config('50 ms'))).rejects.toMatchObject({
      code: 'FlinksUnavailable',
      exit: 1,
      message: expect.stringContaining('CARD_IN_USE'),
    });
  });

  test('is asked for again if Flinks fails, as often as any other call', async () => {
    refuse(500, 'AGGREGATION_ERROR', 1_000);
    await expect(forgetCard(loginId, config())).rejects.toMatchObject({ code: 'FlinksUnavailable' });
    expect(statuses()).toEqual(['DeleteCard 500', 'DeleteCard 500']);
  });

  test('is not asked for again if the keys are refused', async () => {
    refuse(401, 'ACCESS_DENIED', 1);
    await expect(forgetCard(loginId, config())).rejects.toMatchObject({ code: 'FlinksConfiguration' });
    expect(statuses()).toEqual(['DeleteCard 401']);
  });
});

describe('what to forget', () => {
  let stdout = '';

  beforeEach(() => {
    stdout = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((stdout += String(text))));
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    // Nothing listens here: a command that got so far would end with exit code 5.
    vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  const loginId = ['--login-id', loginIdFor('plain', 1)];
  test.each([
    ['nothing', []],
    ['an empty id', ['--workflow-id', '']],
    ['a LoginId that is not a GUID', ['--login-id', 'account-details-1']],
    ['two things at once', [...loginId, '--workflow-id', 'one']],
    ['a login and an age', [...loginId, '--older-than', '90 days', '--yes']],
    ['an age that is not a duration', ['--older-than', 'long', '--yes']],
    ['an age without --yes and without a terminal', ['--older-than', '90 days']],
    ['a card whose LoginId is not named', ['--workflow-id', 'one', '--delete-card']],
  ])('is refused as a usage error before any server is asked: %s', async (_what, args) => {
    expect(await main(['forget', '--json', ...args])).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Usage' } });
  });

  test('needs the variables of Flinks for a card, and names them all', async () => {
    for (const name of ['BASE_URL', 'CUSTOMER_ID', 'SECRET_KEY', 'API_KEY']) vi.stubEnv(`FLINKS_${name}`, undefined);
    expect(await main(['forget', '--json', ...loginId, '--delete-card'])).toBe(2);
    const fields = expect.arrayContaining(['FLINKS_BASE_URL', 'FLINKS_API_KEY']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Configuration', fields } });
  });

  test('is looked for on a server, and exit code 5 says that there is none', async () => {
    expect(await main(['forget', '--json', '--older-than', '90 days', '--yes'])).toBe(5);
  });
});
