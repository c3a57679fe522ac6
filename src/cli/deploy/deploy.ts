// Which build of the worker takes new runs: said, and changed.
import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { milliseconds } from '../../contract.js';
import { connectTo, loadTemporalConfig } from '../../temporal/connection.js';
import { deploymentName, describeDeployment, setCurrentBuild, type Deployment } from '../../temporal/deployment.js';
import { CommandError, exitCode, say, usageError, writeJson, type ExitCode } from '../terminal/output.js';

export interface SetCurrentOptions {
  buildId?: string;
  timeout: string;
  json?: boolean;
}

/** Makes a build the current one, and resolves once that is in force. */
export async function setCurrent({
  buildId = process.env['WORKER_BUILD_ID'],
  timeout,
  json,
}: SetCurrentOptions): Promise<ExitCode> {
  const withinMs = milliseconds(timeout);
  if (!(withinMs > 0)) throw usageError('--timeout must be a duration such as "30 seconds".');
  if (!buildId) throw usageError('Say which build is to be current: --build-id, or WORKER_BUILD_ID.');
  const deployment = await withConnection(async (connection, namespace) => {
    const giveUpAt = Date.now() + withinMs;
    while (!(await accepted(setCurrentBuild(connection, namespace, buildId))))
      await again(giveUpAt, notPolling(buildId));
    for (;;) {
      const now = await describeDeployment(connection, namespace);
      if (now?.current === buildId && now.settled) return now;
      await again(
        giveUpAt,
        `Build ${buildId} was set, and after ${timeout} not every part of the task queue knows it.`,
      );
    }
  });
  if (json) writeJson(documentOf(deployment));
  else say(`Build ${buildId} is current: new runs go to it, and open runs end on the build on which they began.`);
  return exitCode.ok;
}

/** Prints the builds, and which of them is current. */
export async function status({ json }: { json?: boolean }): Promise<ExitCode> {
  const deployment = await withConnection(describeDeployment);
  if (json) writeJson(documentOf(deployment));
  else process.stdout.write(inWords(deployment));
  return exitCode.ok;
}

const documentOf = ({ current, settled, builds }: Deployment = { settled: true, builds: [] }) => ({
  deployment: deploymentName,
  ...(current !== undefined && { current }),
  settled,
  builds,
});

const explained = {
  current: 'takes new runs',
  ramping: 'takes a part of the new runs',
  draining: 'has open runs still: keep its workers',
  drained: 'has no open runs: its workers can be stopped',
  inactive: 'takes no new runs',
};

function inWords(deployment: Deployment | undefined): string {
  if (!deployment) return 'No worker has a WORKER_BUILD_ID: every worker takes every run.\n';
  const { current, builds } = deployment;
  const width = Math.max(...builds.map(({ buildId }) => buildId.length));
  const lines = builds.map(({ buildId, status }) => `${buildId.padEnd(width)}  ${status}: ${explained[status]}`);
  if (current === undefined)
    lines.push('No build is current: new runs wait. Run starter deploy set-current --build-id with one of these.');
  return `${lines.join('\n')}\n`;
}

const notPolling = (buildId: string): string =>
  `No worker of build ${buildId} polls. Start one with WORKER_BUILD_ID=${buildId}; starter deploy status lists the builds.`;

/** False where the server does not know the build, or not all of its queues, by now. */
async function accepted(call: Promise<void>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && (error.code === 5 || error.code === 9)) return false;
    throw error;
  }
}

async function again(giveUpAt: number, otherwise: string): Promise<void> {
  if (Date.now() > giveUpAt) throw new CommandError('NotCurrent', otherwise, exitCode.failed);
  await pause(200);
}

async function withConnection<T>(use: (connection: Connection, namespace: string) => Promise<T>): Promise<T> {
  const config = loadTemporalConfig();
  const connection = await connectTo(config);
  try {
    return await use(connection, config.namespace);
  } finally {
    await connection.close();
  }
}
