// Random plans of faults, answers, cancellations and restarts. SEED repeats one, PLANS says how many.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultsOf } from '../support/model.js';
import { plans, type Plan } from '../support/plan.js';
import { play } from '../support/play.js';
import { report } from '../support/promise.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env['PLANS'] ?? 40);

const ms = 2_000;
const limits = { maxResponseBytes: 1024 * 1024, timeouts: { token: ms, authorize: ms, data: ms, poll: ms } };

const restarts = ({ acts }: Plan): boolean => acts.some(({ act }) => act === 'restart');

// One environment after the other: the server that skips time closes connections that stay idle, with what is on its way.
describe.each([
  { what: 'random plans', cache: true, fits: (plan: Plan) => !restarts(plan), count: Math.ceil(numRuns * 0.75) },
  { what: 'random plans with restarts', cache: false, fits: restarts, count: Math.ceil(numRuns * 0.25) },
])('$what', ({ what, cache, fits, count }) => {
  const flinks = workflowEnvironment({ cache, limits });

  test(
    `whatever happens to a run, it ends as it may: SEED=${seed}`,
    { timeout: 60_000 + count * 10_000 },
    async (context) => {
      const ended: Record<string, number> = {};
      let n = 0;
      let broken = 0;
      const property = fc.asyncProperty(plans.filter(fits), async (plan) => {
        n += 1;
        const played = await play(flinks, plan, n);
        const { outcome } = played;
        const ending = 'type' in outcome ? outcome.type : (Object.keys(outcome)[0] ?? '');
        ended[ending] = (ended[ending] ?? 0) + 1;
        const faults = faultsOf(played, flinks.simulator.keys);
        if (faults.length === 0) return;
        broken = 1;
        throw new Error(faults.join('; '));
      });
      try {
        await expect(fc.assert(property, { seed, numRuns: count })).resolves.toBeUndefined();
      } finally {
        const tally = { cases: n, kills: 0, lost: broken, doubled: 0, stuck: 0 };
        report(context, { promise: what, ...tally, note: `SEED=${seed}` });
        process.stdout.write(
          `${n} plans ended as ${JSON.stringify(ended)}; again: SEED=${seed} PLANS=${numRuns} npm test -- simulation\n`,
        );
      }
    },
  );
});
