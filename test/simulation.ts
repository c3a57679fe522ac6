// The simulation with as many plans as wanted: `npm run test:simulation -- --plans 1000`, and `--seed` to repeat one.
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

const { values } = parseArgs({ options: { plans: { type: 'string', default: '1000' }, seed: { type: 'string' } } });
process.env['PLANS'] = values.plans;
if (values.seed !== undefined) process.env['SEED'] = values.seed;
const vitest = await startVitest('test', ['test/workflow/simulation.test.ts'], { run: true });
await vitest?.close();
