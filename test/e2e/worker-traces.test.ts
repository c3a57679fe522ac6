import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../dev/ports.js';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import type { AccountDetailsClient } from '../../src/client.js';
import { canaries, credentialsFor, drive, keys, marks } from '../support/canary-runs.js';
import { found, scan } from '../support/canary-scan.js';
import { clientAt } from '../support/client.js';
import { devServer } from '../support/servers.js';
import { launchWorker, startWorker, type WorkerProcess } from '../support/worker-process.js';

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  status: { code?: number; message?: string };
  events?: unknown[];
}

interface Export {
  resourceSpans: { resource: { attributes: unknown[] }; scopeSpans: { spans: Span[] }[] }[];
}

let server: TemporalServer;
let simulator: Simulator;
let client: AccountDetailsClient;
let collector: Server;
const received: { path: string; body: string }[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      received.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString() });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    })();
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  [server, simulator] = await Promise.all([devServer(), startSimulator({ keys, marks })]);
  client = await clientAt(server.address);
});

afterAll(async () => {
  await client?.close();
  await simulator?.close();
  await server?.stop();
  collector?.closeAllConnections();
  collector?.close();
});

const collectorUrl = () => `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;

async function stopped(worker: WorkerProcess): Promise<string> {
  worker.terminate();
  return (await worker.ended).how;
}

/** The attributes of a span as an object. */
const valuesOf = ({ attributes }: Span) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));

test('a collector gets a span of each activity and, within it, of each call to Flinks, and nothing of what was said', async () => {
  const worker = await startWorker(server, simulator, { OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl() });
  onTestFinished(() => worker.stop());
  const scenario = 'question-then-pending';
  const asked = await drive(client, scenario, { login: credentialsFor(scenario) }, false);
  const { workflowId } = await client.start({ login: { loginId: loginIdFor('test_disabled_account', 1) } });
  await expect(client.result(workflowId)).rejects.toMatchObject({ code: 'LoginRefused' });
  expect(asked).toBeDefined();
  expect(await stopped(worker)).toBe('ended with exit code 0');

  expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
  const bodies = received.map(({ body }) => body);
  const exports = bodies.map((body) => JSON.parse(body) as Export).flatMap(({ resourceSpans }) => resourceSpans);
  for (const { resource } of exports)
    expect(resource.attributes).toEqual([{ key: 'service.name', value: { stringValue: 'flinks-temporal' } }]);
  const spans = exports.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);

  const activities = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  const calls = spans.filter(({ parentSpanId }) => parentSpanId !== undefined);
  expect(new Set(activities.map(({ name }) => name))).toEqual(
    new Set(['authorize', 'getAccountsSummary', 'getAccountsDetail', 'getAccountsDetailAsync']),
  );
  for (const activity of activities)
    expect(valuesOf(activity)).toEqual({
      temporalWorkflowId: expect.stringMatching(/^account-details-/),
      run_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      attempt: 1,
      outcome: expect.any(String),
    });
  const failed = activities.filter((activity) => valuesOf(activity)['temporalWorkflowId'] === workflowId).at(-1);
  expect(failed && valuesOf(failed)['outcome']).toBe('LoginRefused');
  expect(failed?.status).toEqual({ code: 2 });

  expect(calls.map(({ name }) => name).toSorted()).toEqual(simulator.requests.map((one) => one.endpoint).toSorted());
  for (const call of calls) {
    const parent = activities.find(({ spanId }) => spanId === call.parentSpanId);
    expect(parent?.traceId).toBe(call.traceId);
    expect(Object.keys(valuesOf(call))).toEqual(['flinks.code', 'http.response.status_code']);
  }
  const pending = calls.find((call) => valuesOf(call)['flinks.code'] === 'OPERATION_PENDING');
  expect(pending && valuesOf(pending)['http.response.status_code']).toBe(202);
  // Events hold exceptions with their messages and stacks.
  expect(spans.filter(({ events = [], status }) => events.length > 0 || status.message !== undefined)).toEqual([]);

  expect(found(scan(JSON.stringify(simulator.requests), canaries)).length).toBeGreaterThan(4);
  expect(scan(bodies.join('\n'), canaries)).toEqual([]);
  const requestIds = simulator.requests.flatMap(({ requestId }) => requestId ?? []);
  expect(requestIds.length).toBeGreaterThan(4);
  expect(requestIds.filter((id) => bodies.join('\n').includes(id))).toEqual([]);
});

test('a collector that is not there changes neither a run nor the end of a worker', async () => {
  const [port] = await freePorts(1);
  const worker = await startWorker(server, simulator, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  onTestFinished(() => worker.stop());
  const { workflowId } = await client.start({ login: { loginId: loginIdFor('plain', 1) } });
  await expect(client.result(workflowId)).resolves.toBeDefined();
  expect(await stopped(worker)).toBe('ended with exit code 0');
});

test('without the packages a worker that is to trace says what to install, and any other does not miss them', async () => {
  // Sources in a folder of their own, beside every package but these.
  const house = await mkdtemp(join(tmpdir(), 'untraced-'));
  onTestFinished(() => rm(house, { recursive: true }));
  await mkdir(join(house, 'node_modules'));
  const installed = (await readdir('node_modules')).filter((name) => name !== '@opentelemetry');
  for (const name of installed) await symlink(resolve('node_modules', name), join(house, 'node_modules', name));
  for (const part of ['src', 'package.json', 'tsconfig.json']) await cp(part, join(house, part), { recursive: true });

  const [nobody] = await freePorts(1);
  const variables = { TEMPORAL_ADDRESS: `127.0.0.1:${nobody}`, ...workerEnvironment(simulator.url, simulator.keys) };
  const launch = async (more: Record<string, string>) => {
    const worker = await launchWorker({ ...variables, ...more }, ['--import', 'tsx', join(house, 'src/worker.ts')]);
    return { ...(await worker.ended), output: worker.output() };
  };
  const [tracing, other] = await Promise.all([launch({ OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl() }), launch({})]);
  expect(tracing.how).toBe('ended with exit code 2');
  expect(tracing.output).toMatch(
    /^Configuration error: OTEL_EXPORTER_OTLP_ENDPOINT needs packages .* npm install .*@opentelemetry\/api@/,
  );
  // It came as far as to look for its server.
  expect(other.how).toBe('ended with exit code 5');

  // What it says to install are the versions that are tested here.
  const { devDependencies } = (await import('../../package.json', { with: { type: 'json' } })).default;
  const tested = Object.entries(devDependencies).filter(([name]) => name.startsWith('@opentelemetry/'));
  for (const [name, version] of tested) expect(tracing.output).toContain(` ${name}@${version}`);
});
