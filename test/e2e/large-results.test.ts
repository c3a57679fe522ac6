import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { isReferencePayload } from '../../src/sdk-internals/references.js';
import proto from '@temporalio/proto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Child } from '../../dev/child.js';
import { localEnvironment } from '../../dev/local-environment.js';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { countByEndpoint } from '../../simulator/record.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { connectClient, type AccountDetailsClient } from '../../src/client.js';
import { loadWorkerConfig } from '../../src/config.js';
import { accountDetailsWorkflowId, type RetrieveAccountDetailsResult } from '../../src/contract.js';
import { createFlinksClient } from '../../src/flinks/client.js';
import type { DataReply } from '../../src/flinks/replies.js';
import { isEncrypted } from '../../src/temporal/encryption/envelope.js';
import { openPayloadStore } from '../../src/temporal/storage/storage.js';
import { hasS3Server, onS3, s3Credentials, startS3Server } from '../support/s3-server.js';
import { deletesAtOnce, devServer } from '../support/servers.js';
import { documentOf, starterAt } from '../support/starter.js';
import { startWorker } from '../support/worker-process.js';

const { Payload: wire } = proto.temporal.api.common.v1;
const keys = { PAYLOAD_KEYS: `large:${randomBytes(32).toString('base64')}` };
const megabyte = 1024 * 1024;

let temporal: TemporalServer;
let connection: Connection;
let simulator: Simulator;
let folder: string;
let inFolder: Record<string, string>;
const started: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [temporal, simulator, folder] = await Promise.all([
    devServer({ settings: deletesAtOnce }),
    startSimulator(),
    mkdtemp(join(tmpdir(), 'large-results-')),
  ]);
  connection = await Connection.connect({ address: temporal.address });
  inFolder = { ...keys, PAYLOAD_STORAGE: `file:${folder}` };
});

afterEach(async () => {
  for (const stop of started.splice(0).toReversed()) await stop();
  vi.unstubAllEnvs();
  for (const left of await readdir(folder)) await rm(join(folder, left), { recursive: true, force: true });
});

afterAll(async () => {
  await connection?.close();
  await simulator?.close();
  await temporal?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A worker process and a client of the same configuration. */
async function startBoth(variables: Record<string, string>): Promise<{ worker: Child; client: AccountDetailsClient }> {
  const worker = await startWorker(temporal, simulator, { ...variables, WORKER_SHUTDOWN_GRACE: '5 seconds' });
  started.push(worker.stop);
  const client = await connectClient(localEnvironment({ ...variables, TEMPORAL_ADDRESS: temporal.address }));
  started.push(() => client.close());
  return { worker, client };
}

/** The accounts that the simulator has in the session of a run. */
async function accountsAtFlinks({ requestId }: RetrieveAccountDetailsResult): Promise<unknown> {
  const { flinks } = loadWorkerConfig(workerEnvironment(simulator.url, simulator.keys));
  const client = createFlinksClient(flinks);
  const options = {
    withTransactions: true,
    daysOfTransactions: 'Days90',
    withAccountIdentity: true,
    withKyc: true,
  } as const;
  try {
    const reply: DataReply = await client.getAccountsDetail(requestId, options);
    return reply.kind === 'accounts' ? reply.data.accounts : reply;
  } finally {
    client.close();
  }
}

const asked = (loginId: string) =>
  countByEndpoint(simulator.requests.filter((request) => request.loginId?.toLowerCase() === loginId));
const once = { GenerateAuthorizeToken: 1, Authorize: 1, GetAccountsSummary: 1, GetAccountsDetail: 1 };

// Strings, because a difference between objects of 20 MB would take minutes to describe.
function expectSame(one: unknown, other: unknown, least: number): void {
  const [json, expected] = [JSON.stringify(one), JSON.stringify(other)];
  expect(json.length).toBeGreaterThan(least);
  expect(json === expected).toBe(true);
}

async function storedFiles(): Promise<Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath ?? file.path, file.name))));
}

/** The payloads of activity results and of the run's result, as Temporal has them. */
async function resultsInTemporal(workflowId: string) {
  const { events = [] } = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(
    ({ activityTaskCompletedEventAttributes: activity, workflowExecutionCompletedEventAttributes: run }) =>
      (activity ?? run)?.result?.payloads ?? [],
  );
}

describe('accounts of 20 MB', () => {
  test('come whole; Temporal has references to them, and the folder has them encrypted', async () => {
    const loginId = loginIdFor('large-20-mb', 1);
    const { worker, client } = await startBoth(inFolder);
    const { workflowId } = await client.start({ login: { loginId } });
    const result = await client.result(workflowId);
    expect(asked(loginId)).toEqual(once);
    expectSame(result.accounts, await accountsAtFlinks(result), 19 * megabyte);

    const inTemporal = await resultsInTemporal(workflowId);
    expect(inTemporal.filter(isReferencePayload)).toHaveLength(2);
    expect(inTemporal.every((payload) => isReferencePayload(payload) || isEncrypted(payload))).toBe(true);
    const files = await storedFiles();
    expect(files).toHaveLength(2);
    for (const file of files) {
      expect(isEncrypted(wire.decode(file))).toBe(true);
      expect(file.includes(String(result.accounts[0]?.['accountNumber']))).toBe(false);
    }

    // Another worker has nothing in memory: it reads the run from its history, and from the folder.
    await worker.stop();
    const next = await startBoth(inFolder);
    expect(await next.client.progress(workflowId)).toMatchObject({ stage: 'completed' });

    expect(await storedFiles()).toHaveLength(2);

    expect(await openPayloadStore(inFolder)?.deleteStored('default', workflowId)).toBe(2);
    expect(await storedFiles()).toEqual([]);
    await expect(client.result(workflowId)).rejects.toMatchObject({ code: 'PayloadStore' });
  });
});

describe('accounts of 3 MB', () => {
  test('come whole by a poll, too', async () => {
    const loginId = loginIdFor('large-3-mb', 5);
    simulator.inject({ endpoint: 'GetAccountsDetail', loginId, fault: { kind: 'reset-after' } });
    const { client } = await startBoth({ ...inFolder, PAYLOAD_STORAGE_THRESHOLD: '65536' });
    const { workflowId } = await client.start({ login: { loginId }, polling: { interval: '2 seconds' } });
    const result = await client.result(workflowId);
    // Once more where the simulator takes longer to begin its answer than a workflow task may be held up.
    expect(asked(loginId)).toEqual({ ...once, GetAccountsDetailAsync: expect.any(Number) });
    expect(asked(loginId).GetAccountsDetailAsync).toBeLessThanOrEqual(2);
    expectSame(result.accounts, await accountsAtFlinks(result), 2.5 * megabyte);
    expect(await storedFiles()).toHaveLength(2);
  });

  test.skipIf(!hasS3Server)(`come whole ${onS3}; forgetting the run empties the bucket of them alone`, async () => {
    const server = await startS3Server();
    started.push(server.stop);
    await server.createBucket('large-results');
    const inBucket = {
      ...keys,
      ...s3Credentials,
      PAYLOAD_STORAGE: 's3://large-results/flinks',
      PAYLOAD_STORAGE_S3_ENDPOINT: server.url,
      // So that a run of usual size has something there, too.
      PAYLOAD_STORAGE_THRESHOLD: '1024',
    };
    for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value);
    const { client } = await startBoth(inBucket);
    const [loginId, other] = [loginIdFor('large-3-mb', 4), loginIdFor('plain', 2)];
    const { workflowId } = await client.start({ login: { loginId } });
    const result = await client.result(workflowId);
    expect(asked(loginId)).toEqual(once);
    expectSame(result.accounts, await accountsAtFlinks(result), 2.5 * megabyte);
    expect((await resultsInTemporal(workflowId)).filter(isReferencePayload).length).toBeGreaterThan(1);
    const { workflowId: stays } = await client.start({ login: { loginId: other } });
    const whole = await client.result(stays);

    const objects = await server.keysIn('large-results');
    const ofOther = objects.filter((key) => key.includes(`/wi/${stays}/`));
    expect(ofOther).not.toEqual([]);
    expect(objects.length).toBeGreaterThan(ofOther.length);
    const ran = await starterAt(temporal.address)(['forget', '--login-id', loginId, '--json'], { env: inBucket });
    expect(documentOf(ran)).toEqual({ workflowId, runs: 1, payloads: objects.length - ofOther.length });
    expect(await server.keysIn('large-results')).toEqual(ofOther);
    expectSame(await client.result(stays), whole, 100);
  });

  test('are looked for readable in the folder, and found, where encryption is off', async () => {
    const loginId = loginIdFor('large-3-mb', 3);
    const { client } = await startBoth({ PAYLOAD_ENCRYPTION: 'off', PAYLOAD_STORAGE: `file:${folder}` });
    const { workflowId } = await client.start({ login: { loginId } });
    const { accounts } = await client.result(workflowId);
    const files = await storedFiles();
    expect(files).toHaveLength(2);
    for (const file of files) expect(file.includes(String(accounts[0]?.['accountNumber']))).toBe(true);
  });
});

describe('without a store', () => {
  test('accounts of 3 MB come whole, since they fit once they are compressed; 20 MB fail once', async () => {
    const { client } = await startBoth(keys);
    const fits = loginIdFor('large-3-mb', 1);
    await client.start({ login: { loginId: fits } });
    const result = await client.result(accountDetailsWorkflowId(fits));
    expect(asked(fits)).toEqual(once);
    expectSame(result.accounts, await accountsAtFlinks(result), 2.5 * megabyte);

    const tooLarge = loginIdFor('large-20-mb', 4);
    await client.start({ login: { loginId: tooLarge } });
    await expect(client.result(accountDetailsWorkflowId(tooLarge))).rejects.toMatchObject({
      code: 'ResponseTooLarge',
      message: expect.stringContaining('PAYLOAD_STORAGE'),
    });
    expect(asked(tooLarge)).toEqual(once);
  });
});

test('an answer beyond FLINKS_MAX_RESPONSE_BYTES fails once, with a store too', async () => {
  const { client } = await startBoth({ ...inFolder, FLINKS_MAX_RESPONSE_BYTES: '1000000' });
  const loginId = loginIdFor('large-3-mb', 2);
  await client.start({ login: { loginId } });
  await expect(client.result(accountDetailsWorkflowId(loginId))).rejects.toMatchObject({
    code: 'ResponseTooLarge',
    message: expect.stringContaining('FLINKS_MAX_RESPONSE_BYTES'),
  });
  expect(asked(loginId)).toEqual(once);
});
