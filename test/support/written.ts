import type { Retrieval } from './retrieval.js';

/** The search attributes that the run wrote, in order; not what Temporal wrote itself. */
export async function written(run: Retrieval): Promise<Record<string, unknown>[]> {
  const { events } = await run.handle.fetchHistory();
  return (events ?? []).flatMap(({ upsertWorkflowSearchAttributesEventAttributes: written }) => {
    const fields = written?.searchAttributes?.indexedFields;
    if (!fields || 'TemporalChangeVersion' in fields) return [];
    const entries = Object.entries(fields).map(([name, { data }]) => [
      name,
      JSON.parse(Buffer.from(data ?? []).toString()),
    ]);
    return [Object.fromEntries(entries) as Record<string, unknown>];
  });
}
/** The stages that lists of runs have shown, in order. */
export const stagesOf = async (run: Retrieval): Promise<unknown[]> =>
  (await written(run)).map(({ FlinksStage: stage }) => stage);
