// What a second start of an open run does.
import assert from 'node:assert/strict';
import type { Claim } from '../claim.js';
import type { Language } from '../toolchains.js';

const secondStart = (language: Language, error: string, join: string): Claim => ({
  caller: language,
  line: `A second start of an open run is refused as \`${error}\`. With the conflict policy \`USE_EXISTING\` it gives that run.`,
  needs: [language],
  async see(world) {
    const login = world.login('question');
    const first = await world.measure(language, 'start', login);
    assert.ok(first.runId, JSON.stringify(first));
    assert.equal((await world.measure(language, 'start', login)).error, error);
    assert.deepEqual(await world.measure(language, 'start', login, join), first);
    return `${error}; with the policy run ${first.runId} again`;
  },
});

export const starts: Claim[] = [
  {
    caller: 'Temporal CLI',
    line: 'A second start of an open run prints that run and ends with 0. With `--fail-existing` it ends with 1.',
    needs: [],
    async see(world) {
      const login = world.login('question');
      const [first, second] = [await world.start(login), await world.start(login)];
      const runId = /RunId +(\S+)/.exec(first.stdout)?.[1];
      assert.ok(runId);
      assert.deepEqual([second.code, second.stdout.includes(runId)], [0, true]);
      const third = await world.start(login, '--fail-existing');
      assert.equal(third.code, 1);
      assert.match(third.stderr, /already running/);
      return `run ${runId} twice; then: ${third.stderr.trim()}`;
    },
  },
  {
    caller: 'Go',
    line: 'A second start of an open run gives that run. With `WorkflowExecutionErrorWhenAlreadyStarted` it is refused as `WorkflowExecutionAlreadyStarted`.',
    needs: ['Go'],
    async see(world) {
      const login = world.login('question');
      const first = await world.measure('Go', 'start', login);
      assert.ok(first.runId, JSON.stringify(first));
      assert.deepEqual(await world.measure('Go', 'start', login), first);
      const third = await world.measure('Go', 'start', login, 'refuse');
      assert.equal(third.error, 'WorkflowExecutionAlreadyStarted');
      return `run ${first.runId} twice; then: ${String(third.message)}`;
    },
  },
  secondStart('Java', 'WorkflowExecutionAlreadyStarted', 'join'),
  secondStart('Python', 'WorkflowAlreadyStartedError', 'join'),
];
