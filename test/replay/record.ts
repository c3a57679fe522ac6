// Records one history of each shape with the code as it is: `npm run record-histories`, or only the shapes that are named
// after `--`. From the first release on, a history that a release recorded stays: a run that began like it may still be open.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdir, writeFile } from 'node:fs/promises';
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
import { bundleWorkflows } from '../../src/worker/bundle/bundle.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { dataConverterFor, loadPayloadConfig } from '../../src/temporal/payloads.js';
import { inputOf, recordedKeys, recordedNamespace, shapes, type Shape } from './shapes.js';

const folder = new URL('./histories/', import.meta.url);

/** A history without the traces that every machine leaves in it: who ran it, and where its files were. */
const withoutMachine = (history: string): string =>
  JSON.stringify(
    JSON.parse(history, (key, value: unknown) => (key === 'identity' ? 'recorder' : key === 'stackTrace' ? '' : value)),
  );

const server = await startTemporalServer({ namespace: recordedNamespace });
const simulator = await startSimulator();
Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address: server.address });
const config = loadWorkerConfig(workerEnvironment(simulator.url, simulator.keys));
const activities = createActivities(createFlinksClient(config.flinks), { ...config.retries, initialInterval: 100 });

async function record(shape: Shape, n: number): Promise<number> {
  const namespace = shape.encrypted ? recordedNamespace : 'default';
  const payloads = loadPayloadConfig(shape.encrypted ? recordedKeys : { PAYLOAD_ENCRYPTION: 'off' });
  const dataConverter = dataConverterFor(payloads, namespace, 'worker');
  const bundle = { searchAttributes: !shape.withoutSearchAttributes, encryption: payloads !== undefined };
  await ensureSearchAttributes(connection, namespace);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: await bundleWorkflows(bundle),
    dataConverter,
    activities,
    identity: 'recorder',
  });
  return worker.runUntil(async () => {
    const temporal = new Client({ connection, namespace, dataConverter });
    const client = new AccountDetailsClient(temporal);
    const { workflowId } = await client.start(inputOf(shape, n));
    await shape.meanwhile?.(client, workflowId);
    await temporal.workflow
      .getHandle(workflowId)
      .result()
      .catch(() => undefined);
    const where = ['--address', server.address, '--namespace', namespace, '--workflow-id', workflowId];
    const show = ['workflow', 'show', ...where, '--output', 'json'];
    const { stdout } = await promisify(execFile)(await temporalCli(), show, { maxBuffer: 64 * 1024 * 1024 });
    await writeFile(new URL(`${shape.name}.json`, folder), `${withoutMachine(stdout)}\n`);
    return (JSON.parse(stdout) as { events: unknown[] }).events.length;
  });
}

try {
  await mkdir(folder, { recursive: true });
  const wanted = process.argv.slice(2);
  for (const [index, shape] of shapes.entries())
    if (wanted.length === 0 || wanted.includes(shape.name))
      process.stdout.write(`${shape.name}: ${await record(shape, index + 1)} events\n`);
} finally {
  await connection.close();
  await simulator.close();
  await server.stop();
}
