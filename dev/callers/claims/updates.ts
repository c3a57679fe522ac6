// An update whose id was taken before.
import assert from 'node:assert/strict';
import type { Claim } from '../claim.js';
import { languages } from '../toolchains.js';

export const updates: Claim[] = [
  {
    caller: 'all',
    line: 'An update whose id was taken before gets its first outcome again, whatever it brings now, also after the run has closed. An update with another id is then refused as not found.',
    needs: [...languages],
    async see(world) {
      const login = await world.answeredRun('taken-before');
      const other = '{"answers": {"No question": "No answer"}}';
      const again = await world.update(
        login,
        'answerSecurityChallenges',
        '--update-id',
        'taken-before',
        '--input',
        other,
      );
      assert.match(again.stdout, /accepted:true round:1/);
      const late = await world.update(login, 'answerSecurityChallenges', '--update-id', 'new', '--input', other);
      assert.match(late.stderr, /already completed/);
      for (const language of languages) {
        const taken = await world.measure(language, 'update', login, 'taken-before');
        assert.deepEqual(taken, { accepted: true, round: 1 }, language);
        const { message } = await world.measure(language, 'update', login, 'new');
        assert.match(String(message), /already completed/, language);
      }
      return 'accepted, round 1; with another id: workflow execution already completed';
    },
  },
];
