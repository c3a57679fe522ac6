// Which runs are deleted, and in which order: the card at Flinks first, then stored payloads, then histories.
import { shownId } from '../../contract/copyable.js';
import { AccountDetailsError } from '../../contract/errors.js';
import { ConfigurationError } from '../../config/environment.js';
import { closedBefore, type ErasableRun, type Erasure } from '../../temporal/erasure.js';
import type { CardOutcome } from './card.js';
import { CommandError, exitCode } from '../terminal/output.js';

export interface Forgotten {
  runs: number;
  /** Absent if this process has no store, and so did not look for any. */
  payloads?: number;
  card?: CardOutcome;
}

/** Everything that deleting runs needs. */
export interface Means {
  erasure: Erasure;
  hasStore: boolean;
  progress: (text: string) => void;
  /** Writes a line that stays. `progress` replaces the line before it. */
  note: (text: string) => void;
}

/** Deletes every run of a workflow id, and the card with `deleteCard`. Throws a CommandError if a run of the id is open. */
export async function forgetId(
  means: Means,
  workflowId: string,
  deleteCard: (() => Promise<CardOutcome>) | undefined,
): Promise<Forgotten> {
  const { erasure, hasStore, progress, note } = means;
  let found = await closedRuns(erasure, workflowId, 'Nothing was deleted.');
  refuseWithoutStore(means, found);
  // The card first: after that, no other run can retrieve anything with it.
  const card = await deleteCard?.();
  // If a later step fails, people must know that the card is gone.
  if (card === 'deleted') note('The card at Flinks is deleted.');
  // Flinks may have taken minutes for it, and a run may have begun meanwhile.
  if (card) found = await closedRuns(erasure, workflowId, 'It began while the card was deleted. No run was deleted.');
  let [runs, payloads] = [0, 0];
  // Also without a run: payloads stay stored when a namespace's retention has deleted their run.
  do {
    if (found.length > 0)
      progress(
        `Deleting ${counted(found.length, 'run')} of ${shownId(workflowId)} and waiting until the server has done it.`,
      );
    // The runs under other ids first: without those that point to them nobody would find them.
    for (const [id, parents] of await parentsOf(erasure, found)) {
      payloads += await eraseOf(means, id, parents);
      runs += parents.length;
    }
    payloads += await eraseOf(means, workflowId, found);
    runs += found.length;
    found = await closedRuns(erasure, workflowId, 'It began meanwhile. The runs that had ended before are deleted.');
  } while (found.length > 0);
  if (runs === 0 && payloads === 0 && card !== 'deleted') {
    const noCard = card === 'unknown' ? ' Flinks has no card of this login either.' : '';
    throw new AccountDetailsError('NoSuchRun', `There is no run ${shownId(workflowId)}.${noCard}`);
  }
  return { runs, ...(hasStore && { payloads }), ...(card && { card }) };
}

/** Deletes the runs that closed before a time, once `agreed` has resolved for their number. */
export async function forgetOlder(
  means: Means,
  before: number,
  agreed: (count: number) => Promise<void>,
): Promise<Forgotten> {
  const { erasure, hasStore, progress } = means;
  const dueOf = async (workflowId: string) => closedBefore(await erasure.runsOf(workflowId), before);
  const due: ErasableRun[] = [];
  const ids: string[] = [];
  await inBatches(await erasure.idsClosedBefore(before), async (workflowId) => {
    const runs = await dueOf(workflowId);
    due.push(...runs);
    if (runs.length > 0) ids.push(workflowId);
  });
  refuseWithoutStore(means, due);
  if (due.length > 0) await agreed(due.length);
  let [done, payloads] = [0, 0];
  await inBatches(ids, async (workflowId) => {
    // Looked up again: while somebody thought about the question, a run may have been reset, and needs the old one.
    const runs = await dueOf(workflowId);
    const deleted = await eraseOf(means, workflowId, runs);
    payloads += deleted;
    done += runs.length;
    progress(`Deleted ${done} of ${counted(due.length, 'run')}.`);
  });
  return { runs: done, ...(hasStore && { payloads }) };
}

/** Deletes runs. Says so if the store had no payload of them but should have: it may not be the workers' store. */
async function eraseOf(
  { erasure, hasStore, note }: Means,
  workflowId: string,
  runs: readonly ErasableRun[],
): Promise<number> {
  const deleted = await erasure.erase(workflowId, runs);
  const expected = runs.reduce((sum, { storedPayloads }) => sum + storedPayloads, 0);
  if (hasStore && deleted === 0 && expected > 0)
    note(
      `The store had none of the ${counted(expected, 'payload')} that ${shownId(workflowId)} stored. If your workers use another ` +
        `store, set PAYLOAD_STORAGE to it and run forget --workflow-id ${shownId(workflowId)} again.`,
    );
  return deleted;
}

/** The runs under other ids of the same login, by their workflow id. Throws a CommandError if one is open. */
async function parentsOf(erasure: Erasure, runs: readonly ErasableRun[]): Promise<[string, ErasableRun[]][]> {
  const parents = runs.flatMap(({ parent }) => parent ?? []);
  const byId = [...new Set(parents.map(({ workflowId }) => workflowId))].map(
    async (workflowId): Promise<[string, ErasableRun[]]> => {
      const ids = new Set(parents.flatMap((one) => (one.workflowId === workflowId ? one.runId : [])));
      const found = (await erasure.runsOf(workflowId)).filter(({ runId }) => ids.has(runId));
      if (found.some(({ closedAt }) => closedAt === undefined)) throw open(workflowId, 'No run was deleted.');
      return [workflowId, found];
    },
  );
  return Promise.all(byId);
}

async function closedRuns(erasure: Erasure, workflowId: string, state: string): Promise<ErasableRun[]> {
  const runs = await erasure.runsOf(workflowId);
  if (runs.every(({ closedAt }) => closedAt !== undefined)) return runs;
  throw open(workflowId, state);
}

const open = (workflowId: string, state: string): CommandError =>
  new CommandError(
    'RunOpen',
    `Run ${workflowId} is open. ${state} Cancel it, or wait until it has ended.`,
    exitCode.failed,
  );

/** Without their runs, nobody would find these payloads again. */
function refuseWithoutStore({ hasStore }: Means, runs: readonly ErasableRun[]): void {
  if (hasStore || runs.every(({ storedPayloads }) => storedPayloads === 0)) return;
  const problem = 'is missing: some of these runs have payloads in the store of their worker';
  throw new ConfigurationError([{ variable: 'PAYLOAD_STORAGE', problem }]);
}

const batchSize = 20;

/** If one of a batch fails, the others are finished first, so that nothing is half done when the error is reported. */
async function inBatches<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += batchSize) {
    const done = await Promise.allSettled(items.slice(from, from + batchSize).map(act));
    const failed = done.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
