// Tries on this machine what docker-compose.yml runs in containers: PostgreSQL, schema, Temporal server, namespace,
// simulator, codec server and worker, with the scripts, variables and health checks of the file, and one run through a
// question, a restart of the server and a pending Detail. It needs Go and PostgreSQL, and for the first time some six
// minutes to build the server; ports 7233 to 7243, 6933 to 6939 and 9090 must be free. Not one of the ordinary tests: npm run postgres-trial
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import type { Child } from '../dev/child.js';
import { freePorts } from '../dev/ports.js';
import { answersFor, loginIdFor } from '../simulator/server.js';
import { AccountDetailsClient } from '../src/client.js';
import { dataConverterFor, loadPayloadConfig } from '../src/temporal/payloads.js';
import { readComposeFile } from './compose-file.js';
import { buildTemporal, createPostgres, prepareIn } from './native-parts.js';
import { nativeServices, type Ran } from './native-services.js';

// The server keeps its own ports: its schema has no room for the high numbers that free ones have.
const address = '127.0.0.1:7233';
const scenario = 'question-then-pending';
const begun = Date.now();
const passed = (what: string) => console.log(`${((Date.now() - begun) / 1_000).toFixed(1).padStart(6)} s  ${what}`);

const folder = await mkdtemp(join(tmpdir(), 'postgres-trial-'));
const children: Child[] = [];
async function trial(): Promise<void> {
  const secrets = await prepareIn(folder);
  const temporal = await buildTemporal(folder);
  passed(`Temporal server ${temporal.release} is built`);

  const [postgresPort = 0, simulatorPort = 0, codecPort = 0, metricsPort = 0, healthPort = 0] = await freePorts(5);
  const compose = await readComposeFile(
    parseEnv(await readFile(join(folder, '.env'), 'utf8')) as Record<string, string>,
  );
  Object.assign(compose.services['postgres']?.environment ?? {}, { PGPORT: postgresPort });
  const native = nativeServices(compose, {
    'temporal:7233': address,
    'simulator:8090': `127.0.0.1:${simulatorPort}`,
    postgres: '127.0.0.1',
    '5432': String(postgresPort),
    '8090': String(simulatorPort),
    '8081': String(codecPort),
    '9464': String(metricsPort),
    '9465': String(healthPort),
    '0.0.0.0': '127.0.0.1',
    '/run/secrets': secrets,
    '/payloads': join(folder, 'payloads'),
    '/etc/temporal/entrypoint.sh': temporal.entrypoint,
    '/deploy': resolve('deploy/temporal'),
  });
  await mkdir(join(folder, 'payloads'));
  process.env['PATH'] = `${temporal.bin}:${process.env['PATH']}`;

  const schema = native.run('temporal-schema');
  const postgres = await createPostgres(postgresPort, join(secrets, 'postgres_password'));
  children.push(await postgres.start());
  await until('postgres is healthy', () => native.isHealthy('postgres'));
  done('the schema is set up on a PostgreSQL that came later', await schema);
  done('the schema is set up again without harm', await native.run('temporal-schema'));

  const namespace = native.run('temporal-namespace');
  let server = await native.start('temporal');
  children.push(server);
  done('the namespace is set up on a server that came later', await namespace);
  done('the namespace is set up again without harm', await native.run('temporal-namespace'));

  for (const name of ['simulator', 'codec-server', 'worker']) {
    children.push(await native.start(name));
    await until(`${name} is healthy`, () => native.isHealthy(name));
  }

  const key = (await readFile(join(secrets, 'payload_keys'), 'utf8')).trim();
  const dataConverter = dataConverterFor(loadPayloadConfig({ PAYLOAD_KEYS: key }), 'default', 'client');
  const connect = async () => {
    const connection = await Connection.connect({ address, connectTimeout: '60 seconds' });
    return new AccountDetailsClient(new Client({ connection, dataConverter }));
  };
  let client = await connect();
  const loginId = loginIdFor(scenario);
  const { workflowId } = await client.start({ login: { loginId }, polling: { interval: '5 seconds' } });
  const stage = async () => (await client.progress(workflowId)).stage;
  await until('the bank’s question is shown', async () => (await stage()) === 'awaitingAnswers');

  await server.stop();
  server = await native.start('temporal');
  children.push(server);
  client = await connect();
  const shown = async () => (await client.progress(workflowId).catch(() => undefined))?.challenges ?? [];
  await until('the question is still shown after a restart of the server', async () => (await shown()).length > 0);
  await until('worker is healthy again', () => native.isHealthy('worker'));
  const prompts = (await shown()).map(({ prompt }) => prompt);
  await client.answer(workflowId, { answers: answersFor(scenario, prompts) });
  passed('the answer is taken');
  await until('Detail is pending', async () => (await stage()) === 'waitingForFlinks');
  const { polls, challengeRounds, accounts } = await client.result(workflowId);
  passed(`the run completed: rounds of questions ${challengeRounds}, polls ${polls}, accounts ${accounts.length}`);
  const list = done('the command line lists it', await native.run('starter', 'list', '--json'));
  if (!list.includes(workflowId)) throw new Error(`The run is not in the list: ${list}`);

  const dump = await postgres.dump('temporal');
  if (!dump.includes(workflowId)) throw new Error('The dump of the database does not hold the run.');
  const numbers = accounts.map(({ accountNumber }) => accountNumber).filter((number) => typeof number === 'string');
  const readable = ['Montreal', 'simulator-secret-key', ...numbers];
  const found = readable.filter((text) => dump.includes(text) || dump.includes(Buffer.from(text).toString('hex')));
  if (found.length > 0) throw new Error(`The database holds ${found.length} texts that it should not.`);
  passed('the database holds neither answer nor keys nor account numbers');
}

async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 90_000;
  while (!(await ask())) {
    if (Date.now() > giveUpAt) throw new Error(`Gave up waiting until ${what}.`);
    await pause(500);
  }
  passed(what);
}

function done(what: string, { exit, stdout, stderr }: Ran): string {
  if (exit !== 0) throw new Error(`Not true: ${what}. Exit code ${exit}: ${stdout}${stderr}`);
  passed(what);
  return stdout;
}

try {
  await trial();
} catch (error) {
  for (const child of children) console.error(child.lastLines());
  throw error;
} finally {
  for (const child of children.splice(0).toReversed()) await child.stop();
  await rm(folder, { recursive: true, force: true });
}
