// Records one history of each shape with the code as it is: `npm run record-histories`. Run it when a release changes
// what workflows do, and keep the older files: runs that began with them may still be open.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import { temporalCli } from '../../dev/binaries.js';
import { startTemporalServer } from '../../dev/temporal-server.js';
import { startSimulator } from '../../simulator/server.js';
import { createActivities } from '../../src/activities/index.js';
import { AccountDetailsClient } from '../../src/client.js';
import { loadWorkerConfig } from '../../src/config.js';
import { taskQueue } from '../../src/contract.js';
import { createFlinksClient } from '../../src/flinks/client.js';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes.js';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { inputOf, shapes } from './shapes.js';

const folder = new URL('./histories/', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** A history without the traces that every machine leaves in it: who ran it, and where its files lay. */
const withoutMachine = (history: string): string =>
  JSON.stringify(
    JSON.parse(history, (key, value: unknown) => (key === 'identity' ? 'recorder' : key === 'stackTrace' ? '' : value)),
  );

const server = await startTemporalServer();
const simulator = await startSimulator();
Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address: server.address });
try {
  await mkdir(folder, { recursive: true });
  await ensureSearchAttributes(connection, 'default');
  const config = loadWorkerConfig(workerEnvironment(simulator.url, simulator.keys));
  const activities = createActivities(createFlinksClient(config.flinks), { ...config.retries, initialInterval: 100 });
  const temporal = new Client({ connection });
  const client = new AccountDetailsClient(temporal);
  for (const [index, shape] of shapes.entries()) {
    const workflowBundle = await bundleWorkflows({
      searchAttributes: !shape.withoutSearchAttributes,
      encryption: false,
    });
    const worker = await Worker.create({ connection, taskQueue, workflowBundle, activities, identity: 'recorder' });
    await worker.runUntil(async () => {
      const { workflowId } = await client.start(inputOf(shape, index + 1));
      await shape.then?.(client, workflowId);
      const handle = temporal.workflow.getHandle(workflowId);
      await handle.result().catch(() => undefined);
      const show = ['workflow', 'show', '--address', server.address, '--workflow-id', workflowId, '--output', 'json'];
      const { stdout: history } = await promisify(execFile)(await temporalCli(), show, { maxBuffer: 64 * 1024 * 1024 });
      await writeFile(new URL(`${shape.name}.v${version}.json`, folder), `${withoutMachine(history)}\n`);
      process.stdout.write(`${shape.name}: ${JSON.parse(history).events.length} events\n`);
    });
  }
} finally {
  await connection.close();
  await simulator.close();
  await server.stop();
}
