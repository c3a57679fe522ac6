// Deletes runs for good: those of one login, or all that are old.
import { loadWorkerConfig } from '../../config.js';
import { readTogether } from '../../config/environment.js';
import { accountDetailsWorkflowId } from '../../contract.js';
import { shownId } from '../../contract/copyable.js';
import { createErasure, RunsStillFoundError } from '../../temporal/erasure.js';
import { connectTo } from '../../temporal/connection.js';
import { loadSettings } from '../../temporal/settings.js';
import { ask, isInteractive } from '../terminal/ask.js';
import { forgetCard } from './card.js';
import { counted, forgetId, forgetOlder, type Forgotten, type Means } from './runs.js';
import { liveLine } from '../terminal/live-line.js';
import { CommandError, exitCode, print, say, usageError, writeJson, type ExitCode } from '../terminal/output.js';

/** Exactly one of the first three says which runs to delete. */
export interface ForgetOptions {
  loginId?: string;
  workflowId?: string;
  /** Milliseconds since a run closed. */
  olderThan?: number;
  deleteCard?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** Runs the command. Throws a CommandError if it is not clear what to delete, and if a run of the id is open. */
export async function forget({ json, ...options }: ForgetOptions): Promise<ExitCode> {
  const { loginId, olderThan, deleteCard = false, yes = false } = options;
  const workflowId = loginId === undefined ? options.workflowId : accountDetailsWorkflowId(loginId);
  if (!workflowId && olderThan === undefined)
    throw usageError('Name the runs to delete: --login-id, --workflow-id or --older-than.');
  if (deleteCard && loginId === undefined)
    throw usageError('--delete-card needs --login-id. A run with credentials has the LoginId in its result: login.id.');
  if (olderThan !== undefined && !yes && !isInteractive())
    throw usageError('--older-than needs --yes if there is no terminal to ask at.');

  const [{ temporal, store }, worker] = readTogether(
    () => loadSettings(process.env, ['temporal', 'store']),
    () => (deleteCard ? loadWorkerConfig() : undefined),
  );
  const connection = await connectTo(temporal);
  const line = liveLine(process.stderr);
  const means: Means = {
    erasure: createErasure(connection.workflowService, temporal.namespace, store),
    hasStore: store !== undefined,
    progress: (text) => line.show(text, true),
    note: (text) => {
      line.end();
      say(text);
    },
  };
  try {
    if (workflowId) {
      const card = loginId !== undefined && worker ? () => forgetCard(loginId, worker) : undefined;
      const forgotten = await forgetId(means, workflowId, card);
      line.end();
      tell(json, { workflowId }, shownId(workflowId), forgotten);
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
    if (error instanceof RunsStillFoundError) throw new CommandError('RunsStillFound', error.message, exitCode.failed);
    throw error;
  } finally {
    await connection.close();
  }
}

async function confirm(question: string): Promise<void> {
  const answer = await ask(question);
  if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CommandError('NotConfirmed', 'Nothing was deleted.', exitCode.failed);
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
    ...(card === 'unknown' ? ['Flinks has no card of this login.'] : []),
    ...(payloads === undefined
      ? ['PAYLOAD_STORAGE is not set, so stored payloads, if there are any, were not deleted.']
      : []),
  ];
  print([`${name}: deleted ${deleted.join(', ')}.`, ...notes].join(' '));
}
