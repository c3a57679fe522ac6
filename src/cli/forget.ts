// Erasing runs: those of one login on request, or all that are old.
import { AccountDetailsError } from '../client-errors.js';
import { loadWorkerConfig } from '../config.js';
import { ConfigurationError, readTogether } from '../environment.js';
import { accountDetailsWorkflowId } from '../contract.js';
import { closedBefore, createErasure, RunsStillFoundError, type ErasableRun, type Erasure } from '../erasure.js';
import { connectTo, loadTemporalConfig } from '../temporal/connection.js';
import { PayloadStoreError } from '../temporal/storage/payload-store.js';
import { openPayloadStore } from '../temporal/storage/storage.js';
import { ask, isInteractive } from './ask.js';
import { forgetCard, type CardOutcome } from './forget-card.js';
import { liveLine } from './live-line.js';
import { CommandError, exitCode, usageError, writeJson, type ExitCode } from './output.js';

/** One of the first three says what to forget. */
export interface ForgetOptions {
  loginId?: string;
  workflowId?: string;
  /** Milliseconds since a run has closed. */
  olderThan?: number;
  deleteCard?: boolean;
  yes?: boolean;
  json?: boolean;
}

interface Forgotten {
  runs: number;
  /** Absent where this process has no store, and so looked for none. */
  payloads?: number;
  card?: CardOutcome;
}

/** Everything that forgetting needs beside the server. */
interface Means {
  erasure: Erasure;
  hasStore: boolean;
  progress: (text: string) => void;
}

/** Runs the command. Throws a CommandError where it is not clear what to forget, and where a run of the id is open. */
export async function forget({ json, ...options }: ForgetOptions): Promise<ExitCode> {
  const { loginId, olderThan, deleteCard = false, yes = false } = options;
  const workflowId = loginId === undefined ? options.workflowId : accountDetailsWorkflowId(loginId);
  if (!workflowId && olderThan === undefined)
    throw usageError('Say what to forget: --login-id, --workflow-id or --older-than.');
  if (deleteCard && loginId === undefined)
    throw usageError('--delete-card needs --login-id. A run with credentials has the LoginId in its result: login.id.');
  if (olderThan !== undefined && !yes && !isInteractive())
    throw usageError('--older-than needs --yes where there is no terminal to ask at.');

  const [temporal, store, worker] = readTogether(
    () => loadTemporalConfig(),
    () => openPayloadStore(),
    () => (deleteCard ? loadWorkerConfig() : undefined),
  );
  const connection = await connectTo(temporal);
  const line = liveLine(process.stderr);
  const means: Means = {
    erasure: createErasure(connection.workflowService, temporal.namespace, store),
    hasStore: store !== undefined,
    progress: (text) => line.show(text, true),
  };
  try {
    if (workflowId) {
      const card = loginId !== undefined && worker ? () => forgetCard(loginId, worker) : undefined;
      const forgotten = await forgetId(means, workflowId, card);
      line.end();
      tell(json, { workflowId }, workflowId, forgotten);
    } else {
      const before = Math.max(0, Date.now() - (olderThan ?? 0));
      const time = new Date(before).toISOString();
      const forgotten = await forgetOlder(means, before, async (count) => {
        line.end();
        if (!yes) await confirm(`${counted(count, 'run')} closed before ${time}. Delete? (yes/no) `);
      });
      line.end();
      tell(json, { closedBefore: time }, `Closed before ${time}`, forgotten);
    }
    return exitCode.ok;
  } catch (error) {
    line.end();
    if (error instanceof PayloadStoreError || error instanceof RunsStillFoundError)
      throw new CommandError(error.name.replace(/Error$/, ''), error.message, exitCode.failed);
    throw error;
  } finally {
    await connection.close();
  }
}

async function forgetId(
  means: Means,
  workflowId: string,
  deleteCard: (() => Promise<CardOutcome>) | undefined,
): Promise<Forgotten> {
  const { erasure, hasStore, progress } = means;
  let found = await closedRuns(erasure, workflowId, 'Nothing was deleted.');
  refuseWithoutStore(means, found);
  // The card first: no other run can retrieve anything with it then.
  const card = await deleteCard?.();
  let [runs, payloads] = [0, 0];
  // Also without a run: payloads stay stored when a namespace's retention has taken their run away.
  do {
    if (found.length > 0)
      progress(`Deleting ${counted(found.length, 'run')} of ${workflowId}, and waiting until the server is done.`);
    payloads += await erasure.erase(workflowId, found);
    runs += found.length;
    found = await closedRuns(erasure, workflowId, 'It began meanwhile; what had ended before is deleted.');
  } while (found.length > 0);
  if (runs === 0 && payloads === 0 && card !== 'deleted') {
    const noCard = card === 'unknown' ? ' Flinks knows no card of this login either.' : '';
    throw new AccountDetailsError('NoSuchRun', `There is no run ${workflowId}.${noCard}`);
  }
  return { runs, ...(hasStore && { payloads }), ...(card && { card }) };
}

async function forgetOlder(means: Means, before: number, agreed: (count: number) => Promise<void>): Promise<Forgotten> {
  const { erasure, hasStore, progress } = means;
  const due: { workflowId: string; runs: ErasableRun[] }[] = [];
  await inBatches(await erasure.idsClosedBefore(before), async (workflowId) => {
    const runs = closedBefore(await erasure.runsOf(workflowId), before);
    if (runs.length > 0) due.push({ workflowId, runs });
  });
  const all = due.flatMap(({ runs }) => runs);
  if (all.length === 0)
    throw new AccountDetailsError('NoSuchRun', `No run closed before ${new Date(before).toISOString()}.`);
  refuseWithoutStore(means, all);
  await agreed(all.length);
  let [done, payloads] = [0, 0];
  await inBatches(due, async ({ workflowId, runs }) => {
    const deleted = await erasure.erase(workflowId, runs);
    payloads += deleted;
    done += runs.length;
    progress(`Deleted ${done} of ${counted(all.length, 'run')}.`);
  });
  return { runs: done, ...(hasStore && { payloads }) };
}

async function closedRuns(erasure: Erasure, workflowId: string, state: string): Promise<ErasableRun[]> {
  const runs = await erasure.runsOf(workflowId);
  if (runs.every(({ closedAt }) => closedAt !== undefined)) return runs;
  const message = `Run ${workflowId} is open. ${state} Cancel it or wait for its end.`;
  throw new CommandError('RunOpen', message, exitCode.failed);
}

/** Without their runs nobody would find these payloads again. */
function refuseWithoutStore({ hasStore }: Means, runs: readonly ErasableRun[]): void {
  if (hasStore || runs.every(({ storedPayloads }) => storedPayloads === 0)) return;
  const problem = 'is missing: some of these runs have payloads in the store that their worker uses';
  throw new ConfigurationError([{ variable: 'PAYLOAD_STORAGE', problem }]);
}

async function confirm(question: string): Promise<void> {
  const answer = await ask(question);
  if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CommandError('NotConfirmed', 'Nothing was deleted.', exitCode.failed);
}

const batchSize = 20;

async function inBatches<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += batchSize)
    await Promise.all(items.slice(from, from + batchSize).map(act));
}

function tell(json: boolean | undefined, which: object, name: string, forgotten: Forgotten): void {
  if (json) {
    writeJson({ ...which, ...forgotten });
    return;
  }
  const { runs, payloads, card } = forgotten;
  const deleted = [
    counted(runs, 'run'),
    ...(payloads === undefined ? [] : [counted(payloads, 'stored payload')]),
    ...(card === 'deleted' ? ['the card at Flinks'] : []),
  ];
  const notes = [
    ...(card === 'unknown' ? ['Flinks knows no card of this login.'] : []),
    ...(payloads === undefined ? ['PAYLOAD_STORAGE is not set, so no stored payloads were looked for.'] : []),
  ];
  process.stdout.write([`${name}: deleted ${deleted.join(', ')}.`, ...notes].join(' ') + '\n');
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
