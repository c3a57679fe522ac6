import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Of the chaos tests first, which take a quarter of an hour and more in full size. */
const longest = [
  'chaos/soak chaos/killing chaos/outages workflow/simulation',
  'e2e/canaries workflow/fault-matrix workflow/progress e2e/docker-compose e2e/restarts e2e/interventions e2e/demo',
  'e2e/large-results e2e/starter e2e/search-attributes workflow/fault-stalls e2e/forget e2e/batch workflow/local-calls',
  'workflow/races workflow/fault-mutants e2e/worker-traces e2e/bad-input replay/replay e2e/exit-codes e2e/client',
].flatMap((line) => line.split(' '));

const rank = ({ moduleId }: TestSpecification): number => {
  const index = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return index < 0 ? longest.length : index;
};

/** Begins with the longest files, so that none of them runs alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- this one is the sequencer's
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}
