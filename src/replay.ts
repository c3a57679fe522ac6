// Replays a recorded history with today's code, which tells whether open runs like it would go on after a deploy.
import { readFile } from 'node:fs/promises';
import { ReplayError, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Command } from 'commander';
import { createLogger, nativeLogging } from './logging.js';
import { runProgram } from './process/program.js';
import { startOfHistory, type History } from './temporal/first-event.js';
import { dataConverterFor } from './temporal/payloads.js';
import { loadSettings, type PayloadConfig, type PayloadStore } from './temporal/settings.js';
import { followBrokenReferences } from './sdk-internals/broken-references.js';
import { bundleWorkflows } from './worker/bundle/bundle.js';

export interface Recorded {
  /** As `temporal workflow show --output json` writes it. */
  history: History;
  /** Payloads are read for this id. If it is not given, the history's first event names it. */
  workflowId?: string | undefined;
  /** Where the run was recorded: payloads of another namespace cannot be read. */
  namespace: string;
}

/** Resolves if the history fits today's workflows. Rejects with Temporal's DeterminismViolationError if it does not. */
export async function replay(
  { history, workflowId = startOfHistory(history).workflowId ?? 'replayed', namespace }: Recorded,
  payloads: PayloadConfig,
  store?: PayloadStore,
) {
  followBrokenReferences();
  const encryption = payloads !== undefined;
  const workflowBundle = await bundleWorkflows({ searchAttributes: true, encryption, stackTraces: true });
  const dataConverter = dataConverterFor(payloads, namespace, 'worker', store);
  await Worker.runReplayHistory({ workflowBundle, dataConverter }, history, workflowId);
}

/** Reads its arguments, replays the history of the file that they name and resolves to the exit code. */
async function main(args = process.argv.slice(2), environment: NodeJS.ProcessEnv = process.env): Promise<number> {
  const command = new Command('npm run replay --')
    .description(
      'Replays a history (temporal workflow show --output json) with today’s code. Exit code 1: an open run like it could not go on.',
    )
    .argument('<file>', 'the history')
    .option('--workflow-id <id>', 'the workflow id of the run, if the history does not name it')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' });
  const { workflowId } = command.opts<{ workflowId?: string }>();
  const { temporal, payloads, store } = loadSettings(environment);
  const history = await readHistory(command.args[0] ?? '');
  if (history === undefined) {
    process.stderr.write('The file cannot be read, or is not a history in JSON.\n');
    return 2;
  }
  Runtime.install({ logger: createLogger('error'), telemetryOptions: { logging: nativeLogging('error') } });
  try {
    await replay({ history, workflowId, namespace: temporal.namespace }, payloads, store);
  } catch (error) {
    if (!(error instanceof DeterminismViolationError || error instanceof ReplayError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
  process.stdout.write('This history fits today’s code: open runs like it go on after a deploy.\n');
  return 0;
}

/** Undefined if there is no history to be read. An error would quote the file, which may hold bank data. */
async function readHistory(file: string): Promise<History | undefined> {
  try {
    const read: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof read === 'object' && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}

await runProgram(import.meta.url, 'replay', main);
