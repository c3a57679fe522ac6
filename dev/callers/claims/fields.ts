// Fields that are not set, not known, or written in another way.
import assert from 'node:assert/strict';
import type { Claim } from '../claim.js';
import { languages } from '../toolchains.js';

export const fields: Claim[] = [
  {
    caller: languages.join(', '),
    line: 'Fields that nobody set are sent as `null`, and count as absent.',
    needs: [...languages],
    async see(world) {
      for (const language of languages) {
        const login = world.login('plain');
        const ran = await world.example(language, login, '');
        assert.equal(ran.code, 0, ran.stderr);
        const { login: sent, ...beside } = (await world.inputOf(login)) as Record<string, Record<string, unknown>>;
        assert.deepEqual(beside, { mode: null, details: null, tag: null }, language);
        assert.deepEqual(sent, { loginId: login, institution: null, username: null, password: null }, language);
      }
      return 'null for the mode, the details, the tag and the credentials; the runs completed';
    },
  },
  {
    caller: 'Java',
    line: 'The default mapper refuses a field that a class does not have, so also one that we add later, and its message quotes the data. Disable `FAIL_ON_UNKNOWN_PROPERTIES`.',
    needs: ['Java'],
    async see(world) {
      const login = await world.failedRun();
      const strict = await world.measure('Java', 'progress', login, 'default-mapper');
      assert.match(String(strict.message), /UnrecognizedPropertyException.*"stage":"failed"/s);
      assert.deepEqual(await world.measure('Java', 'progress', login), { stage: 'failed' });
      return 'UnrecognizedPropertyException with the data; with a mapper that skips unknown fields: failed';
    },
  },
  {
    caller: 'Go, Python',
    line: 'A field that a type does not have is skipped.',
    needs: ['Go', 'Python'],
    async see(world) {
      const login = await world.failedRun();
      for (const language of ['Go', 'Python'] as const)
        assert.deepEqual(await world.measure(language, 'progress', login), { stage: 'failed' }, language);
      return 'progress into a type that has `stage` alone';
    },
  },
  {
    caller: 'all',
    line: 'A field in another casing is refused, in an input and in an answer, by a message that names the field that is meant.',
    needs: [],
    async see(world) {
      const login = world.login('question');
      const id = `account-details-${login}`;
      await world.start(login);
      await world.update(login, 'waitForChallenge');
      const answer = '{"RequestID": "r", "answers": {"What city were you born in?": "Montreal"}}';
      const { stderr } = await world.update(login, 'answerSecurityChallenges', '--input', answer);
      assert.match(stderr, /RequestID is not a known field; did you mean requestId\?/);
      await world.cli('workflow', 'cancel', '--workflow-id', id);
      await world.cli('workflow', 'result', '--workflow-id', id);
      await world.startWith(login, { login: { LoginID: login } });
      const { stdout } = await world.cli('workflow', 'result', '--workflow-id', id, '-o', 'json');
      assert.match(stdout, /login\.LoginID is not a known field; did you mean loginId\?/);
      return 'RequestID → requestId, login.LoginID → loginId';
    },
  },
];
