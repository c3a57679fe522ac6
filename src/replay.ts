// Replays a recorded history with today's code: whether open runs like it would go on after a deploy.
import { readFile } from 'node:fs/promises';
import { Runtime, Worker } from '@temporalio/worker';
import { Command } from 'commander';
import { ConfigurationError, readTogether, type Environment } from './config/environment.js';
import { createLogger, nativeLogging } from './logging.js';
import { isMainModule } from './process/main-module.js';
import { loadTemporalConfig } from './temporal/connection.js';
import { dataConverterFor, loadPayloadConfig, type PayloadConfig } from './temporal/payloads.js';
import { followBrokenReferences } from './sdk-internals/broken-references.js';
import { openPayloadStore, type PayloadStore } from './temporal/storage/storage.js';
import { bundleWorkflows } from './worker/bundle/bundle.js';

export interface Recorded {
  /** As `temporal workflow show --output json` writes it. */
  history: unknown;
  /** Payloads are read for this id; the history's first event names it where it is not given. */
  workflowId?: string | undefined;
  /** Where the run was recorded: payloads of another namespace cannot be read. */
  namespace: string;
}

/** Resolves where the history fits today's workflows. Rejects with Temporal's DeterminismViolationError where it does not. */
export async function replay(
  { history, workflowId = workflowIdIn(history), namespace }: Recorded,
  payloads: PayloadConfig,
  store?: PayloadStore,
) {
  followBrokenReferences();
  const encryption = payloads !== undefined;
  const workflowBundle = await bundleWorkflows({ searchAttributes: true, encryption, stackTraces: true });
  const dataConverter = dataConverterFor(payloads, namespace, store);
  await Worker.runReplayHistory({ workflowBundle, dataConverter }, history, workflowId);
}

/** The id that a history's first event tells; servers from 1.21 on write it there. */
function workflowIdIn(history: unknown): string {
  const { events = [] } = history as {
    events?: { workflowExecutionStartedEventAttributes?: { workflowId?: string } }[];
  };
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? 'replayed';
}

async function main(args: string[], environment: Environment = process.env): Promise<number> {
  const command = new Command('npm run replay --')
    .description(
      'Replays a history (temporal workflow show --output json) with today’s code. Exit code 1: it does not fit.',
    )
    .argument('<file>', 'the history')
    .option('--workflow-id <id>', 'the run’s id, where the history does not tell it')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' });
  const { workflowId } = command.opts<{ workflowId?: string }>();
  try {
    const [temporal, payloads, store] = readTogether(
      () => loadTemporalConfig(environment),
      () => loadPayloadConfig(environment),
      () => openPayloadStore(environment),
    );
    const telemetryOptions = { logging: nativeLogging('error') };
    Runtime.install({ logger: createLogger('error'), telemetryOptions });
    const history: unknown = JSON.parse(await readFile(command.args[0] ?? '', 'utf8'));
    await replay({ history, workflowId, namespace: temporal.namespace }, payloads, store);
    process.stdout.write('This history fits.\n');
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'The history could not be replayed.'}\n`);
    return error instanceof ConfigurationError ? 2 : 1;
  }
}

if (isMainModule(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
