import { beforeEach, describe, expect, test } from 'vitest';
import { forgetId, forgetOlder, type Means } from '../../../../src/cli/forget/runs.js';
import { workflowType } from '../../../../src/contract.js';
import { CommandError } from '../../../../src/cli/terminal/output.js';
import type { ErasableRun } from '../../../../src/temporal/erasable-runs.js';
import type { Erasure } from '../../../../src/temporal/erasure.js';

const closed = (runId: string, more: Partial<ErasableRun> = {}): ErasableRun => ({
  runId,
  type: workflowType,
  closedAt: 1,
  resetTo: undefined,
  storedPayloads: 0,
  ...more,
});
const open = (runId: string): ErasableRun => closed(runId, { closedAt: undefined });

let runs: Map<string, ErasableRun[]>;
let erased: string[];
let notes: string[];

beforeEach(() => {
  runs = new Map();
  erased = [];
  notes = [];
});

/** Forgetting on a server that has `runs`. `onErase` may throw, or start another run. */
function means({ onErase = (_id: string) => {}, payloads = 1, hasStore = true } = {}): Means {
  const erasure: Erasure = {
    runsOf: async (id) => [...(runs.get(id) ?? [])],
    idsBeside: async (id) => [...runs.keys()].filter((one) => one.startsWith(`${id}-`)),
    idsClosedBefore: async () => [...runs.keys()],
    erase: async (id, going) => {
      // Later than the others of its batch.
      await new Promise(setImmediate);
      onErase(id);
      runs.set(
        id,
        (runs.get(id) ?? []).filter(({ runId }) => !going.some((one) => one.runId === runId)),
      );
      erased.push(...going.map(({ runId }) => runId));
      return going.length * payloads;
    },
  };
  return { erasure, hasStore, progress: () => {}, note: (text) => notes.push(text), pause: async () => {} };
}

const agree = async () => {};

function refuse(here: boolean, why: string): void {
  if (here) throw new Error(why);
}

describe('forgetting one id', () => {
  test('stops before anything is deleted where a run begins while Flinks deletes the card', async () => {
    runs.set('a', [closed('1')]);
    const card = async () => {
      runs.set('a', [open('2'), closed('1')]);
      return 'deleted' as const;
    };
    await expect(forgetId(means(), 'a', card)).rejects.toMatchObject({ code: 'RunOpen', exit: 1 });
    expect(erased).toEqual([]);
    expect(notes).toEqual(['The card at Flinks is deleted.']);
  });

  test('says so where a run begins while older ones are deleted, and takes one along that ends', async () => {
    runs.set('a', [closed('1')]);
    const begin = (...more: ErasableRun[]) => ({ onErase: () => void (erased.length === 0 && runs.set('a', more)) });
    await expect(forgetId(means(begin(open('2'))), 'a', undefined)).rejects.toMatchObject({
      code: 'RunOpen',
      message: expect.stringContaining('The runs that had ended before are deleted'),
    });
    expect(erased.splice(0)).toEqual(['1']);
    runs.set('a', [closed('1')]);
    expect(await forgetId(means(begin(closed('3'))), 'a', undefined)).toEqual({ runs: 2, payloads: 2 });
    expect(erased).toEqual(['1', '3']);
  });

  test('deletes no run where the card stays, and can be done again after it failed half-way', async () => {
    runs.set('a', [closed('1'), closed('2')]);
    const kept = new CommandError('FlinksUnavailable', 'The card was not deleted.', 1);
    await expect(forgetId(means(), 'a', () => Promise.reject(kept))).rejects.toBe(kept);
    expect(erased).toEqual([]);

    const fails = { onErase: () => refuse(true, 'The server went away.') };
    await expect(forgetId(means(fails), 'a', async () => 'deleted')).rejects.toThrow('The server went away.');
    expect(notes).toEqual(['The card at Flinks is deleted.']);
    runs.set('a', [closed('2')]);
    expect(await forgetId(means(), 'a', async () => 'unknown')).toEqual({ runs: 1, payloads: 1, card: 'unknown' });
  });

  test('says where the store has none of what the runs stored, and names the id to do it once more', async () => {
    runs.set('a', [closed('1', { storedPayloads: 2 }), closed('2', { storedPayloads: 1 })]);
    expect(await forgetId(means({ payloads: 0 }), 'a', undefined)).toEqual({ runs: 2, payloads: 0 });
    expect(notes).toEqual([expect.stringMatching(/none of the 3 payloads.*--workflow-id a again/)]);
  });
});

describe('forgetting by age', () => {
  test('finishes the others of a batch where one fails, and deletes no later one', async () => {
    for (let n = 1; n <= 25; n++) runs.set(`id-${n}`, [closed(`run-${n}`)]);
    const one = { onErase: (id: string) => refuse(id === 'id-3', 'It is stuck.') };
    await expect(forgetOlder(means(one), 2, agree)).rejects.toThrow('It is stuck.');
    expect(erased).toHaveLength(19);
    const again = await forgetOlder(means(), 2, agree);
    expect(again).toMatchObject({ runs: 6 });
    expect(new Set(erased).size).toBe(25);
  });

  test('counts every run and payload of a batch that is deleted at once', async () => {
    for (let n = 1; n <= 20; n++) runs.set(`id-${n}`, [closed(`run-${n}`)]);
    expect(await forgetOlder(means({ payloads: 2 }), 2, agree)).toEqual({ runs: 20, payloads: 40 });
  });

  test('spares a run that was reset while somebody thought about the question', async () => {
    runs.set('a', [closed('1'), closed('2')]);
    const reset = async () => void runs.set('a', [open('3'), closed('1', { resetTo: '3' }), closed('2')]);
    expect(await forgetOlder(means(), 2, reset)).toMatchObject({ runs: 1 });
    expect(erased).toEqual(['2']);
  });

  test('asks nobody where nothing is old enough', async () => {
    runs.set('a', [closed('1', { closedAt: 5 }), open('2')]);
    const asked = async () => refuse(true, 'There was nothing to ask about.');
    expect(await forgetOlder(means(), 2, asked)).toEqual({ runs: 0, payloads: 0 });
  });

  test('deletes nothing without the store that some of the runs need', async () => {
    runs.set('a', [closed('1', { storedPayloads: 1 })]);
    await expect(forgetOlder(means({ hasStore: false }), 2, agree)).rejects.toMatchObject({
      variables: ['PAYLOAD_STORAGE'],
    });
    expect(erased).toEqual([]);
  });
});
