// What encryption and compression cost of a flow's CPU: `npm run encryption --prefix bench`. Whole flows run on a real server,
// then the very payloads of one of them pass the codec alone; both parts are CPU time of one run, so that their ratio
// holds on any machine.
import { randomBytes } from 'node:crypto';
import { Client } from '@temporalio/client';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { startTemporalServer } from '../dev/temporal-server.js';
import { cpuOf, ownCpu, startFlinks } from './processes.js';
import { loginIdFor } from '../simulator/server.js';
import { createActivities } from '../src/activities/index.js';
import { AccountDetailsClient } from '../src/client.js';
import { loadWorkerConfig } from '../src/config.js';
import { taskQueue } from '../src/contract.js';
import { createFlinksClient } from '../src/flinks/client.js';
import { dataConverterFor, loadPayloadConfig } from '../src/temporal/payloads.js';
import { ensureSearchAttributes } from '../src/temporal/search-attributes.js';
import { bundleWorkflows } from '../src/worker/bundle/bundle.js';

type Pass = (codec: PayloadCodec) => Promise<unknown>;

/** The codec, which also notes every pass so that it can be made again without the flow around it. */
function noting(codec: PayloadCodec, passes: Pass[]): PayloadCodec {
  const note =
    (way: 'encode' | 'decode'): PayloadCodec['encode'] =>
    (payloads: Payload[], context) => {
      if (payloads.length > 0) passes.push((again) => again[way](payloads, context));
      return codec[way](payloads, context);
    };
  return { encode: note('encode'), decode: note('decode') };
}

Runtime.install({ logger: new DefaultLogger('ERROR') });
const server = await startTemporalServer();
const simulator = await startFlinks();
const connection = await NativeConnection.connect({ address: server.address });
await ensureSearchAttributes(connection, 'default');
const { flinks, retries } = loadWorkerConfig(simulator.environment);
const flinksClient = createFlinksClient(flinks);
const payloads = loadPayloadConfig({ PAYLOAD_KEYS: `bench:${randomBytes(32).toString('base64')}` });
const passes: Pass[] = [];
const encrypting = dataConverterFor(payloads, 'default', 'worker');
const [codec] = encrypting.payloadCodecs ?? [];
if (!codec) throw new Error('There is no codec to measure.');
const dataConverter: DataConverter = { ...encrypting, payloadCodecs: [noting(codec, passes)] };
const client = new AccountDetailsClient(new Client({ connection, dataConverter }));

async function run(scenario: string, n: number) {
  const { workflowId } = await client.start({ login: { loginId: loginIdFor(scenario, n) } });
  return client.result(workflowId);
}

async function measure(scenario: string, flows: number): Promise<void> {
  const detail = await run(scenario, 1);
  await run(scenario, 2);
  passes.length = 0;
  await run(scenario, 3);
  const ofOneFlow = passes.slice();
  const before = { own: ownCpu(), server: cpuOf(server.pid) };
  for (let n = 0; n < flows; n++) await run(scenario, 10 + n);
  const perFlow = (ownCpu() - before.own + cpuOf(server.pid) - before.server) / flows;
  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = ownCpu();
    for (let n = 0; n < flows; n++) for (const pass of ofOneFlow) await pass(codec as PayloadCodec);
    rounds.push((ownCpu() - start) / flows);
  }
  rounds.sort((one, other) => one - other);
  const share = rounds.map((ms) => `${((100 * ms) / perFlow).toFixed(1)} %`);
  const kilobytes = Math.round(JSON.stringify(detail.accounts).length / 1_000);
  console.log(
    `${scenario}: Detail of ${kilobytes} kB, ${ofOneFlow.length} passes of the codec a flow; share of the flow's CPU: ` +
      `min ${share[0]}, median ${share[2]}, max ${share[4]} (of ${perFlow.toFixed(0)} ms for server, worker and client)`,
  );
}

try {
  const worker = await Worker.create({
    connection,
    taskQueue,
    dataConverter,
    workflowBundle: await bundleWorkflows({ searchAttributes: true, encryption: true }),
    activities: createActivities(flinksClient, retries),
  });
  await worker.runUntil(async () => {
    await measure('usual-50-kb', 150);
    await measure('large-1-mb', 20);
  });
} finally {
  flinksClient.close();
  await connection.close();
  await simulator.stop();
  await server.stop();
}
