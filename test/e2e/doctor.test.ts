import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import type proto from '@temporalio/proto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localEnvironment } from '../../dev/local-environment.js';
import { freePorts } from '../../dev/ports.js';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { examine } from '../../src/cli/doctor/doctor.js';
import { connectClient } from '../../src/client.js';
import { AccessDenied } from '../../src/codec-server/access.js';
import { startCodecServer } from '../../src/codec-server/main.js';
import { taskQueue } from '../../src/contract.js';
import { loadPayloadConfig } from '../../src/temporal/payloads.js';
import { createNamespace } from '../support/namespaces.js';
import { devServer } from '../support/servers.js';
import { documentOf, starterAt } from '../support/starter.js';
import { until } from '../support/until.js';

type Environment = Record<string, string | undefined>;

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const ourKey = key('ours');
const secretInTheWrongPlace = 'Fictitious-Secret-4711';

let server: TemporalServer;
let simulator: Simulator;
let connection: Connection;
let folder: string;
/** A folder in which a file is where payloads would go, which stops root as well. */
let blocked: string;
let nobodyAt: string;
const codecServers: Record<'ours' | 'others' | 'closed', string> = { ours: '', others: '', closed: '' };
const polling = new AbortController();
const closing: (() => Promise<unknown>)[] = [];
/** Everything as it should be; each case breaks one thing of it. */
let well: Environment;

beforeAll(async () => {
  [server, simulator] = await Promise.all([devServer(), startSimulator()]);
  connection = await Connection.connect({ address: server.address });
  folder = await mkdtemp(join(tmpdir(), 'payloads-'));
  blocked = await mkdtemp(join(tmpdir(), 'blocked-'));
  await writeFile(join(blocked, 'v0'), '');
  nobodyAt = `127.0.0.1:${(await freePorts(1))[0]}`;
  codecServers.ours = await codecServer(ourKey);
  codecServers.others = await codecServer(key('ours'));
  codecServers.closed = await codecServer(ourKey, async () => {
    throw new AccessDenied(401, 'A bearer token is needed.');
  });
  well = localEnvironment({
    ...workerEnvironment(simulator.url, simulator.keys),
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_CODEC_ENDPOINT: codecServers.ours,
    PAYLOAD_KEYS: ourKey,
    PAYLOAD_STORAGE: `file:${folder}`,
  });
  await Promise.all(['bare', 'versioned'].map((namespace) => createNamespace(connection, namespace)));
  await connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: { FlinksStage: 2, FlinksInstitution: 2, FlinksCode: 2, FlinksStageSince: 6 },
  });
  poll('default');
  poll('versioned', { deploymentName: 'flinks', buildId: 'b1', workerVersioningMode: 2 });
  const client = await connectClient(well);
  await client.start({ login: { loginId: loginIdFor('plain') } });
  await client.close();
  // Lists, where doctor looks for runs, are a second late.
  await until('all is well', async () => (await examine(well)).every(({ state }) => state === 'ok'));
});

afterAll(async () => {
  polling.abort();
  await connection?.close();
  await Promise.all(closing.map((close) => close()));
  await simulator?.close();
  await server?.stop();
  await Promise.all([folder, blocked].map((made) => rm(made, { recursive: true, force: true })));
});

async function codecServer(keys: string, checkAccess = async () => 'tester'): Promise<string> {
  const payloads = loadPayloadConfig({ PAYLOAD_KEYS: keys });
  if (!payloads) throw new Error('There are no keys.');
  const config = { host: '127.0.0.1', port: 0, origins: ['http://127.0.0.1'], checkAccess };
  const started: FastifyInstance = await startCodecServer(config, payloads, () => undefined);
  closing.push(async () => started.close());
  return started.listeningOrigin;
}

/** Asks for work as a worker does, and does none. */
function poll(namespace: string, deploymentOptions?: proto.temporal.api.deployment.v1.IWorkerDeploymentOptions): void {
  const request = {
    namespace,
    taskQueue: { name: taskQueue },
    identity: 'a worker',
    ...(deploymentOptions && { deploymentOptions }),
  };
  const { workflowService } = connection;
  const asking = <T>(ask: () => Promise<T>) =>
    connection.withAbortSignal(polling.signal, () => connection.withDeadline(Date.now() + 60_000, ask));
  void asking(() => workflowService.pollWorkflowTaskQueue(request)).catch(() => undefined);
  void asking(() => workflowService.pollActivityTaskQueue(request)).catch(() => undefined);
}

const faults = async (broken: Environment) =>
  (await examine({ ...well, ...broken })).filter(({ state }) => state === 'fault');

test('where all is well, every check says so', async () => {
  const findings = await examine(well);
  expect(findings.map(({ check, state }) => `${state} ${check}`).toSorted()).toEqual(
    [
      'ok Flinks',
      'ok Flinks configuration',
      'ok Flinks data key',
      'ok Temporal server',
      'ok codec server',
      'ok keys of runs',
      'ok namespace',
      'ok payload keys',
      'ok payload storage',
      'ok search attributes',
      'ok versions',
      'ok workers',
    ].toSorted(),
  );
  expect(findings.find(({ check }) => check === 'versions')?.note).toMatch(/flinks-temporal \d.*SDK \d.*server \d/);
  // It proved that it can write, and left nothing behind.
  const left = await readdir(folder, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
  expect(new Set(simulator.requests.map(({ endpoint }) => endpoint))).toEqual(
    new Set(['GenerateAuthorizeToken', 'GetAccountsSummaryAsync']),
  );
});

interface Case {
  what: string;
  broken: () => Environment;
  /** The only faults there are, by name of the check. */
  checks: string[];
  says: RegExp;
  fix: RegExp;
}

const cases: Case[] = [
  {
    what: 'no server',
    broken: () => ({ TEMPORAL_ADDRESS: nobodyAt }),
    checks: ['Temporal server'],
    says: /no Temporal server answers at 127\.0\.0\.1:\d+/,
    fix: /TEMPORAL_ADDRESS/,
  },
  {
    what: 'an address that is none',
    broken: () => ({ TEMPORAL_ADDRESS: secretInTheWrongPlace }),
    checks: ['Temporal configuration'],
    says: /TEMPORAL_ADDRESS must be host:port/,
    fix: /TEMPORAL_… variables/,
  },
  {
    what: 'an unknown namespace',
    broken: () => ({ TEMPORAL_NAMESPACE: 'nowhere' }),
    checks: ['namespace'],
    says: /nowhere does not exist/,
    fix: /temporal operator namespace create --namespace nowhere/,
  },
  {
    what: 'search attributes that nobody registered, and no worker that could',
    broken: () => ({ TEMPORAL_NAMESPACE: 'bare' }),
    checks: ['search attributes', 'workers'],
    says: /FlinksStage, FlinksInstitution, FlinksCode, FlinksStageSince are not registered/,
    fix: /search-attribute create --namespace bare --name FlinksStageSince --type Datetime/,
  },
  {
    what: 'no worker',
    broken: () => ({ TEMPORAL_NAMESPACE: 'bare', SEARCH_ATTRIBUTES: 'off' }),
    checks: ['workers'],
    says: /no worker polls task queue flinks-account-details/,
    fix: /npm run worker/,
  },
  {
    what: 'workers of a deployment without a current version',
    broken: () => ({ TEMPORAL_NAMESPACE: 'versioned', SEARCH_ATTRIBUTES: 'off' }),
    checks: ['workers'],
    says: /no build of deployment flinks is current/,
    fix: /deploy set-current --build-id b1/,
  },
  {
    what: 'no keys',
    broken: () => ({ PAYLOAD_KEYS: undefined }),
    checks: ['payload keys'],
    says: /PAYLOAD_KEYS is missing/,
    fix: /PAYLOAD_KEYS/,
  },
  {
    what: 'keys that are none',
    broken: () => ({ PAYLOAD_KEYS: `k:${secretInTheWrongPlace}` }),
    checks: ['payload keys'],
    says: /must be id:base64 of 32 bytes/,
    fix: /PAYLOAD_KEYS/,
  },
  {
    what: 'keys without the one of the runs',
    broken: () => ({ PAYLOAD_KEYS: key('new'), TEMPORAL_CODEC_ENDPOINT: undefined }),
    checks: ['keys of runs'],
    says: /1 of the 1 newest runs cannot be read: key ours is not in PAYLOAD_KEYS/,
    fix: /after the first/,
  },
  {
    what: 'another key under the id of that of the runs',
    broken: () => ({ PAYLOAD_KEYS: key('ours'), TEMPORAL_CODEC_ENDPOINT: undefined }),
    checks: ['keys of runs'],
    says: /key ours in PAYLOAD_KEYS is another key/,
    fix: /after the first/,
  },
  {
    what: 'no encryption where the runs are encrypted',
    broken: () => ({ PAYLOAD_KEYS: undefined, PAYLOAD_ENCRYPTION: 'off' }),
    checks: ['keys of runs'],
    says: /cannot be read/,
    fix: /remove PAYLOAD_ENCRYPTION=off/,
  },
  {
    what: 'no codec server',
    broken: () => ({ TEMPORAL_CODEC_ENDPOINT: `http://${nobodyAt}` }),
    checks: ['codec server'],
    says: /no codec server answers/,
    fix: /npm run codec-server/,
  },
  {
    what: 'a codec server with another key',
    broken: () => ({ TEMPORAL_CODEC_ENDPOINT: codecServers.others }),
    checks: ['codec server'],
    says: /it has other keys/,
    fix: /same PAYLOAD_KEYS/,
  },
  {
    what: 'a codec server that wants a token',
    broken: () => ({ TEMPORAL_CODEC_ENDPOINT: codecServers.closed }),
    checks: ['codec server'],
    says: /refuses this token \(401\)/,
    fix: /TEMPORAL_CODEC_AUTH/,
  },
  {
    what: 'something else where the codec server should be',
    broken: () => ({ TEMPORAL_CODEC_ENDPOINT: simulator.url }),
    checks: ['codec server'],
    says: /is not a codec server/,
    fix: /TEMPORAL_CODEC_ENDPOINT/,
  },
  {
    what: 'a folder for payloads that is not there',
    broken: () => ({ PAYLOAD_STORAGE: `file:${folder}/none` }),
    checks: ['payload storage'],
    says: /must name a folder that exists/,
    fix: /PAYLOAD_STORAGE/,
  },
  {
    what: 'a folder for payloads in which nobody may write',
    broken: () => ({ PAYLOAD_STORAGE: `file:${blocked}` }),
    checks: ['payload storage'],
    says: /A payload cannot be stored.*\(E\w+\)/,
    fix: /PAYLOAD_STORAGE/,
  },
  {
    what: 'a Flinks that cannot be reached',
    broken: () => ({ FLINKS_BASE_URL: `http://${nobodyAt}` }),
    checks: ['Flinks'],
    says: /cannot be reached \(ECONNREFUSED\)/,
    fix: /FLINKS_BASE_URL/,
  },
  {
    what: 'a wrong secret key for Flinks',
    broken: () => ({ FLINKS_SECRET_KEY: secretInTheWrongPlace }),
    checks: ['Flinks'],
    says: /refuses our keys \(40[13]/,
    fix: /FLINKS_SECRET_KEY/,
  },
  {
    what: 'a wrong x-api-key for Flinks',
    broken: () => ({ FLINKS_API_KEY: secretInTheWrongPlace }),
    checks: ['Flinks data key'],
    says: /is refused/,
    fix: /FLINKS_API_KEY/,
  },
  {
    what: 'half of the variables of Flinks',
    broken: () => ({ FLINKS_API_KEY: undefined, FLINKS_CUSTOMER_ID: '' }),
    checks: ['Flinks configuration'],
    says: /FLINKS_CUSTOMER_ID.*FLINKS_API_KEY/,
    fix: /FLINKS_… variables/,
  },
];

describe.concurrent('doctor names the fault and what to do about it', () => {
  test.each(cases)('$what', async ({ broken, checks, says, fix }) => {
    const found = await faults(broken());
    expect(found.map(({ check }) => check).toSorted()).toEqual(checks.toSorted());
    const [fault] = found.filter(({ check }) => check === checks[0]);
    expect(fault?.note).toMatch(says);
    expect(fault?.fix).toMatch(fix);
    expect(JSON.stringify(found)).not.toContain(secretInTheWrongPlace);
  });
});

test('what is not set is not checked, and what is only doubtful is no fault', async () => {
  const without = Object.fromEntries(
    Object.keys(well)
      .filter((name) => name.startsWith('FLINKS_'))
      .map((name) => [name, undefined]),
  );
  const findings = await examine({
    ...well,
    ...without,
    TEMPORAL_CODEC_ENDPOINT: undefined,
    PAYLOAD_STORAGE: undefined,
  });
  const states = Object.fromEntries(findings.map(({ check, state }) => [check, state]));
  expect(states).toMatchObject({
    'Flinks configuration': 'warning',
    'codec server': 'skipped',
    'payload storage': 'skipped',
  });
  expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
});

test('its exit code says whether there is a fault, and whether it is the server', async () => {
  const env = { ...well };
  const [fault, unreachable] = await Promise.all([
    starterAt(server.address)(['doctor'], { env: { ...env, FLINKS_API_KEY: secretInTheWrongPlace } }),
    starterAt(nobodyAt)(['doctor', '--json'], { env: { ...env, TEMPORAL_ADDRESS: nobodyAt } }),
  ]);
  expect(fault).toMatchObject({
    exit: 1,
    stdout: expect.stringMatching(/^FAIL {2}Flinks data key: .*\n {6}Check FLINKS_API_KEY/m),
  });
  expect(unreachable.exit).toBe(5);
  expect(documentOf(unreachable)).toContainEqual({
    check: 'Temporal server',
    ok: false,
    state: 'fault',
    note: expect.any(String),
    fix: expect.any(String),
  });
});
