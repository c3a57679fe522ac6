import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { loginIdFor } from '../../simulator/server.js';
import { AccountDetailsClient } from '../../src/client.js';
import { testConverter } from '../support/encryption.js';
import { devServer } from '../support/servers.js';
import { startSimulatorProcess, type SimulatorProcess } from '../support/simulator-process.js';
import { builtFile, program } from '../support/compiled-programs.js';
import { launchWorker, startWorker, type Variables } from '../support/worker-process.js';

const fromSources = ['--import', 'tsx', 'src/worker.ts'];
const bundle = (kind: string) => builtFile(`workflow-bundle${kind}.js`);

let folder: string;
let server: TemporalServer;
let simulator: SimulatorProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-'));
  [server, simulator] = await Promise.all([devServer(), startSimulatorProcess()]);
});

afterAll(async () => {
  await simulator?.stop();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function accountsBy(variables: Variables, n: number): Promise<number> {
  const worker = await startWorker(server, simulator, variables);
  const connection = await Connection.connect({ address: server.address });
  try {
    const client = new AccountDetailsClient(new Client({ connection, dataConverter: testConverter() }));
    const { workflowId } = await client.start({ login: { loginId: loginIdFor('plain', n) } });
    return (await client.result(workflowId)).accounts.length;
  } finally {
    await connection.close();
    await worker.stop();
  }
}

test('a worker that was built runs with the bundle that was made for its settings', async () => {
  expect(await accountsBy({}, 1)).toBe(4);
  expect(await accountsBy({ SEARCH_ATTRIBUTES: 'off' }, 2)).toBe(4);
});

test('a worker from the sources takes a bundle of the build', async () => {
  const worker = await startWorker(server, simulator, { WORKFLOW_BUNDLE: bundle('') }, fromSources);
  expect(worker.output()).toContain('worker ready');
  await worker.stop();
});

test('the command line that was built knows its version', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  const { stdout } = await promisify(execFile)(process.execPath, [...program('src/starter'), '--version']);
  expect(stdout).toBe(`${version}\n`);
});

async function refusal(variables: Variables): Promise<string> {
  const worker = await launchWorker({
    TEMPORAL_ADDRESS: server.address,
    FLINKS_BASE_URL: simulator.url,
    FLINKS_CUSTOMER_ID: 'c',
    FLINKS_SECRET_KEY: 's',
    FLINKS_API_KEY: 'a',
    ...variables,
  });
  expect(await worker.ended).toMatchObject({ how: 'ended with exit code 2' });
  return worker.output();
}

/** What npm run build makes; the global setup takes the same two steps into a folder of this test run. */
test('npm run build compiles and bundles', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect(scripts['build']).toBe('tsc -p tsconfig.build.json && node dist/src/worker/bundle/build.js');
});

test.each([
  [{ WORKFLOW_BUNDLE: bundle('.plain') }, /made for PAYLOAD_ENCRYPTION=off.*this worker has PAYLOAD_ENCRYPTION=on/],
  [{ WORKFLOW_BUNDLE: bundle(''), PAYLOAD_ENCRYPTION: 'off' }, /made for PAYLOAD_ENCRYPTION=on/],
  [{ WORKFLOW_BUNDLE: bundle('.without-search-attributes') }, /made for SEARCH_ATTRIBUTES=off/],
  [{ WORKFLOW_BUNDLE: bundle(''), SEARCH_ATTRIBUTES: 'off' }, /made for SEARCH_ATTRIBUTES=on/],
  [{ WORKFLOW_BUNDLE: builtFile('elsewhere.js') }, /cannot be read \(ENOENT\).*npm run build/],
  [{ WORKFLOW_BUNDLE: builtFile('src/worker.js') }, /is not a workflow bundle/],
])('a worker refuses a bundle that is not for it: %j', async (variables, why) => {
  expect(await refusal(variables)).toMatch(why);
});

test('a worker refuses a bundle of another version of the SDK', async () => {
  const code = await readFile(bundle(''), 'utf8');
  const path = join(folder, 'older.js');
  await writeFile(path, code.replace(/"sdk":"[^"]*"/, '"sdk":"1.0.0"'));
  expect(await refusal({ WORKFLOW_BUNDLE: path })).toMatch(/made with SDK 1\.0\.0/);
});
