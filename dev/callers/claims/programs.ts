// The programs of examples/.
import assert from 'node:assert/strict';
import type { Claim } from '../claim.js';
import { languages, type Language } from '../toolchains.js';

const example = (language: Language): Claim => ({
  caller: language,
  line: `\`examples/${language.toLowerCase()}\` starts a run, answers it and prints its accounts. It shows a failed run by type, message and details.`,
  needs: [language],
  async see(world) {
    const done = await world.example(language, world.login('question'), ' \nMontreal\n');
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout + done.stderr, /EmptyAnswer: An answer is empty\./);
    assert.match(done.stdout, /^Everyday Chequing \d+(\.\d+)? CAD$/m);
    const failed = await world.example(language, world.login('test_disabled_account'), '');
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /^LoginRefused: .*The customer has to act at the bank.*DISABLED_LOGIN/m);
    return 'an empty answer was refused, the next one taken, the accounts printed; LoginRefused with DISABLED_LOGIN';
  },
});

export const programs: Claim[] = languages.map(example);
