// A worker as it must not be: its activity lets a raw axios error out, with all that the request held. By ours=true it
// logs as the product does, otherwise as Temporal's SDK does by itself.
import axios from 'axios';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { AuthorizeRequest } from '../../src/activities/authorize.js';
import { loadWorkerConfig } from '../../src/config.js';
import { taskQueue } from '../../src/contract.js';
import { createLogger, nativeLogging } from '../../src/logging.js';
import { loadTemporalConfig } from '../../src/temporal/connection.js';
import { dataConverterFor, loadPayloadConfig } from '../../src/temporal/payloads.js';
import { workflowBundleFor } from '../../src/worker/bundle/prebuilt.js';

const { flinks } = loadWorkerConfig();
const temporal = loadTemporalConfig();
const payloads = loadPayloadConfig();
const logger = process.env['OURS'] === 'true' ? createLogger('trace') : new DefaultLogger('WARN');
Runtime.install({ logger, telemetryOptions: { logging: nativeLogging('trace') } });

async function authorize(request: AuthorizeRequest): Promise<never> {
  const headers = { 'flinks-auth-key': flinks.secretKey, 'x-api-key': flinks.apiKey };
  await axios.post(`${flinks.baseUrl}/v3/nobody/BankingServices/Authorize`, request, { headers });
  throw new Error('The request was not refused.');
}

const connection = await NativeConnection.connect(temporal.connectionOptions);
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowBundle: await workflowBundleFor(
    { searchAttributes: false, encryption: payloads !== undefined },
    process.env['WORKFLOW_BUNDLE'],
  ),
  dataConverter: dataConverterFor(payloads, temporal.namespace, 'worker'),
  activities: { authorize },
});
process.stderr.write('worker ready\n');
await worker.run();
await connection.close();
