import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readComposeFile, type Places } from '../../deploy/compose-file.js';
import { prepareIn } from '../../deploy/native-parts.js';
import { nativeServices, type NativeServices } from '../../deploy/native-services.js';
import { temporalCli } from '../../dev/binaries.js';
import type { Child } from '../../dev/child.js';
import { freePorts } from '../../dev/ports.js';
import { startTemporalServer, type TemporalServer } from '../../dev/temporal-server.js';
import { answersFor, loginIdFor } from '../../simulator/server.js';
import { AccountDetailsClient } from '../../src/client.js';
import { searchAttributes } from '../../src/contract.js';
import { dataConverterFor, loadPayloadConfig } from '../../src/temporal/payloads.js';
import { until } from '../support/until.js';

const run = promisify(execFile);
const namespace = 'composed';

let folder: string;
let secrets: string;
let port: number;
let native: NativeServices;
let temporal: TemporalServer | undefined;
const children: Child[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-compose-'));
  secrets = await prepareIn(folder);
  const variables = parseEnv(await readFile(join(folder, '.env'), 'utf8')) as Record<string, string>;
  await mkdir(join(folder, 'payloads'));
  const [server = 0, simulator = 0, codec = 0, metrics = 0, health = 0] = await freePorts(5);
  port = server;
  const compose = await readComposeFile({ ...variables, TEMPORAL_NAMESPACE: namespace });
  const places: Places = {
    'temporal:7233': `127.0.0.1:${server}`,
    'simulator:8090': `127.0.0.1:${simulator}`,
    '8090': String(simulator),
    '8081': String(codec),
    '9464': String(metrics),
    '9465': String(health),
    '0.0.0.0': '127.0.0.1',
    '/run/secrets': secrets,
    '/payloads': join(folder, 'payloads'),
    '/deploy': resolve('deploy/temporal'),
  };
  process.env['PATH'] = `${dirname(await temporalCli())}:${process.env['PATH']}`;
  native = nativeServices(compose, places);
});

afterEach(async () => {
  for (const child of children.splice(0)) await child.stop();
});

afterAll(async () => {
  await temporal?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function startWell(name: string): Promise<Child> {
  const child = await native.start(name);
  children.push(child);
  const ended = child.ended.then(({ how }) => Promise.reject(new Error(`${name} ${how}: ${child.lastLines()}`)));
  await Promise.race([
    ended,
    until(`${name} is healthy`, () => native.isHealthy(name), { withinMs: 90_000, everyMs: 500 }),
  ]);
  ended.catch(() => undefined);
  return child;
}

describe.sequential('what docker compose runs', () => {
  test('the keys that are made for it are readable to nobody else, and are never made anew', async () => {
    expect((await stat(secrets)).mode & 0o777).toBe(0o700);
    const keys = await readFile(join(secrets, 'payload_keys'), 'utf8');
    expect(loadPayloadConfig({ PAYLOAD_KEYS: keys.trim() })).toBeDefined();
    await run(join(folder, 'deploy/prepare'), ['--simulator']);
    expect(await readFile(join(secrets, 'payload_keys'), 'utf8')).toBe(keys);
  });

  test('the namespace is set up once the server is there, however late, and again without harm', async () => {
    let ended = false;
    const early = native.run('temporal-namespace').finally(() => (ended = true));
    // The script has met nothing by the time that a whole server has started.
    temporal = await startTemporalServer({ port });
    expect(ended).toBe(false);
    expect(await early).toMatchObject({ exit: 0, stderr: '' });
    expect(await native.run('temporal-namespace')).toMatchObject({ exit: 0, stderr: '' });

    const connection = await Connection.connect({ address: temporal.address });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    await connection.close();
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(Object.keys(searchAttributes)));
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(7 * 86_400);
  });

  test('a server that never comes is given up by name', async () => {
    const [nowhere = 0] = await freePorts(1);
    const failed = await run('deploy/temporal/set-up-namespace', {
      env: {
        PATH: process.env['PATH'],
        TEMPORAL_ADDRESS: `127.0.0.1:${nowhere}`,
        TEMPORAL_NAMESPACE: namespace,
        SETUP_PATIENCE_SECONDS: '0',
      },
    }).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Given up: server at 127.0.0.1:${nowhere}`),
    });
  });

  test('simulator, worker and codec server become healthy and carry a run to its end', async () => {
    expect(await native.isHealthy('worker')).toBe(false);
    const [worker] = await Promise.all([startWell('worker'), startWell('simulator'), startWell('codec-server')]);

    const loginId = loginIdFor('question');
    const id = `account-details-${loginId}`;
    const key = (await readFile(join(secrets, 'payload_keys'), 'utf8')).trim();
    const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
    const dataConverter = dataConverterFor(loadPayloadConfig({ PAYLOAD_KEYS: key }), namespace, 'client');
    const client = new AccountDetailsClient(new Client({ connection, namespace, dataConverter }));
    await client.start({ login: { loginId } });
    for await (const { progress } of client.watch(id)) {
      const prompts = progress?.challenges?.map(({ prompt }) => prompt);
      if (prompts) await client.answer(id, { answers: answersFor('question', prompts) });
    }
    await connection.close();
    const result = await native.run('starter', 'result', loginId, '--json');
    expect(result).toMatchObject({ exit: 0 });
    expect(JSON.parse(result.stdout)).toMatchObject({ challengeRounds: 1 });

    process.kill(worker.pid, 'SIGTERM');
    expect(await worker.ended).toEqual({ ok: true, how: 'ended with exit code 0' });
    expect(await native.isHealthy('worker')).toBe(false);
  });
});

const go = spawnSync('go', ['version']).status === 0;

// Without Go on this machine the loader cannot be built.
describe.skipIf(!go)('the loader of docker compose', () => {
  const load = (file: string, env: Record<string, string>) =>
    run('go', ['run', '.', resolve(file)], { cwd: 'deploy/check', env: { ...process.env, ...env } });

  test('understands docker-compose.yml with every profile as it is meant', async () => {
    const variables = { FLINKS_BASE_URL: 'https://flinks.example', FLINKS_CUSTOMER_ID: 'customer' };
    const { stdout } = await load('docker-compose.yml', variables);
    const loaded = JSON.parse(stdout) as {
      services: Record<string, { ports?: { host_ip: string }[]; environment?: Record<string, string> }>;
    };
    const { services } = await readComposeFile(variables);
    expect(Object.keys(loaded.services).toSorted()).toEqual(Object.keys(services).toSorted());
    for (const [name, { environment = {} }] of Object.entries(services)) {
      const understood = Object.entries(environment).map(([variable, value]) => [variable, String(value)]);
      expect(loaded.services[name]?.environment ?? {}).toEqual(Object.fromEntries(understood));
    }
    const published = Object.values(loaded.services).flatMap(({ ports = [] }) => ports);
    expect(new Set(published.map(({ host_ip }) => host_ip))).toEqual(new Set(['127.0.0.1']));
  });

  test('says what to do where nothing was prepared', async () => {
    const { stderr } = await load('docker-compose.yml', { FLINKS_BASE_URL: '', FLINKS_CUSTOMER_ID: '' }).catch(
      (error: { stderr: string }) => error,
    );
    expect(stderr).toContain('run deploy/prepare');
  });
});
