// Shows and changes which build of the worker takes new runs.
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { milliseconds, taskQueue } from '../../contract.js';
import { commandOn, shownId, starterCommand } from '../../contract/copyable.js';
import { connectTo } from '../../temporal/connection.js';
import { deploymentName, describeDeployment, setCurrentBuild, type Deployment } from '../../temporal/deployment.js';
import { isGrpcError } from '../../sdk-internals/grpc-status.js';
import { loadSettings } from '../../temporal/settings.js';
import { CommandError, exitCode, print, say, usageError, writeJson, type ExitCode } from '../terminal/output.js';

export interface SetCurrentOptions {
  buildId?: string;
  timeout: string;
  json?: boolean;
}

/** Makes a build the current one, and resolves once new runs go to it. */
export async function setCurrent({
  buildId = process.env['WORKER_BUILD_ID'],
  timeout,
  json,
}: SetCurrentOptions): Promise<ExitCode> {
  const withinMs = milliseconds(timeout);
  if (!(withinMs > 0)) throw usageError('--timeout must be a duration such as "30 seconds".');
  if (!buildId) throw usageError('Name the build that shall take new runs: --build-id, or WORKER_BUILD_ID.');
  const deployment = await withConnection(async (connection, namespace) => {
    const giveUpAt = Date.now() + withinMs;
    while (!(await accepted(setCurrentBuild(connection, namespace, buildId))))
      await pauseUnlessLate(giveUpAt, notPolling(buildId));
    for (;;) {
      const now = await describeDeployment(connection, namespace);
      if (now?.current === buildId && now.settled) return now;
      await pauseUnlessLate(
        giveUpAt,
        `Build ${buildId} is current, but after ${timeout} some new runs may still go elsewhere. Run this command again to wait longer.`,
      );
    }
  });
  if (json) writeJson(documentOf(deployment));
  else say(`Build ${buildId} is current: new runs go to it. Open runs stay on the build on which they began.`);
  return exitCode.ok;
}

/** Prints the builds, and which of them is current. */
export async function status({ json }: { json?: boolean }): Promise<ExitCode> {
  const deployment = await withConnection(describeDeployment);
  if (json) writeJson(documentOf(deployment));
  else print(inWords(deployment));
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
  ramping: 'takes some of the new runs',
  draining: 'still has open runs: keep its workers',
  drained: 'has no open runs: its workers can be stopped',
  inactive: 'takes no new runs',
};

function inWords(deployment: Deployment | undefined): string {
  if (!deployment) return 'No worker has a WORKER_BUILD_ID: every worker takes every run.';
  const { current, builds } = deployment;
  const width = Math.max(...builds.map(({ buildId }) => buildId.length));
  const lines = builds.map(({ buildId, status }) => `${buildId.padEnd(width)}  ${status}: ${explained[status]}`);
  if (current === undefined)
    lines.push(
      `No build is current, so new runs wait. Make one current: ${commandOn('deploy set-current --build-id', builds[0]?.buildId ?? '')}`,
    );
  return lines.join('\n');
}

const notPolling = (buildId: string): string =>
  `No worker of build ${buildId} polls task queue ${taskQueue}. Start one with WORKER_BUILD_ID=${shownId(buildId)}. The builds are listed by: ${starterCommand} deploy status`;

/** Whether the server accepted the call. It does not yet if it does not know the build, or not all of its task queues. */
async function accepted(call: Promise<void>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isGrpcError(error, 'notFound', 'failedPrecondition')) return false;
    throw error;
  }
}

/** Pauses before another look. Throws a CommandError if the time is over. */
async function pauseUnlessLate(giveUpAt: number, otherwise: string): Promise<void> {
  if (Date.now() > giveUpAt) throw new CommandError('NotCurrent', otherwise, exitCode.failed);
  await pause(200);
}

async function withConnection<T>(use: (connection: Connection, namespace: string) => Promise<T>): Promise<T> {
  const { temporal } = loadSettings(process.env, ['temporal']);
  const connection = await connectTo(temporal);
  try {
    return await use(connection, temporal.namespace);
  } finally {
    await connection.close();
  }
}
