// Who reads a failure, and by what.
import assert from 'node:assert/strict';
import type { Claim } from '../claim.js';
import type { Language } from '../toolchains.js';
import type { Seen } from '../world.js';

const encoded = 'Encoded failure';
const refused = /DISABLED_LOGIN\. The customer has to act at the bank/;
const isRefused = (failure: Seen): void => {
  assert.equal(failure.type, 'LoginRefused');
  assert.match(String(failure.message), refused);
  assert.equal(failure.details?.flinksCode, 'DISABLED_LOGIN');
};

const readsFailures = (language: Language, means: string): Claim => ({
  caller: language,
  line: `A failure has its message and details by ${means} alone.`,
  needs: [language],
  async see(world) {
    const failure = await world.measure(language, 'result', await world.failedRun());
    isRefused(failure);
    return String(failure.message);
  },
});

export const failures: Claim[] = [
  {
    caller: 'Temporal CLI',
    line: 'The text of `workflow result` and `workflow describe` shows `Encoded failure` and no type in place of a failure. `workflow result -o json` has message, type and details.',
    needs: [],
    async see(world) {
      const id = `account-details-${await world.failedRun()}`;
      for (const command of ['result', 'describe']) {
        const { stdout } = await world.cli('workflow', command, '--workflow-id', id);
        assert.match(stdout, new RegExp(encoded));
        assert.doesNotMatch(stdout, refused);
        assert.doesNotMatch(stdout, /LoginRefused/);
      }
      const { stdout } = await world.cli('workflow', 'result', '--workflow-id', id, '-o', 'json');
      const { failure } = JSON.parse(stdout).closeEvent.workflowExecutionFailedEventAttributes;
      const { type, details } = failure.applicationFailureInfo;
      isRefused({ type, message: failure.encodedAttributes.message, details: details[0] });
      return `${encoded}; as JSON: ${failure.encodedAttributes.message}`;
    },
  },
  {
    caller: 'Go',
    line: 'A failure has its message and details only if `FailureConverter` is made from the data converter. Else its message is `Encoded failure`. Its type is there in both cases.',
    needs: ['Go'],
    async see(world) {
      const login = await world.failedRun();
      const bare = await world.measure('Go', 'result', login, 'no-failure-converter');
      assert.deepEqual([bare.type, bare.message, bare.details], ['LoginRefused', encoded, null]);
      const read = await world.measure('Go', 'result', login);
      isRefused(read);
      return `${encoded}; with the converter: ${String(read.message)}`;
    },
  },
  readsFailures('Java', '`CodecDataConverter`'),
  readsFailures('Python', 'the codec of its data converter'),
];
