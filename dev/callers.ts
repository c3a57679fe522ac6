// Tries every line of “What differs between them” in docs/other-languages.md on a local stack, by the official SDKs of Go,
// Java and Python and by the Temporal CLI, and says what was seen. Ends with 1 if a line is not true or was not tried.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Claim } from './callers/claim.js';
import { claims, lineOf, linesOfPage, page } from './callers/claims.js';
import { build, languages, type Language, type Programs } from './callers/toolchains.js';
import { openWorld, type World } from './callers/world.js';
import { localEnvironment } from './local-environment.js';
import { startStack } from './stack.js';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Built {
  programs: Partial<Record<Language, Programs>>;
  /** Why the programs of a language could not be built. */
  missing: Partial<Record<Language, string>>;
}

async function buildAll(folder: string): Promise<Built> {
  const built: Built = { programs: {}, missing: {} };
  for (const language of languages) {
    console.log(`Building the programs in ${language} ...`);
    try {
      built.programs[language] = await build[language](folder, localEnvironment());
    } catch (error) {
      built.missing[language] = messageOf(error);
    }
  }
  return built;
}

/** Tries a line and prints what was seen. */
async function tryOut(claim: Claim, world: World, { missing }: Built): Promise<boolean> {
  const { needs, see } = claim;
  const lacking = needs.map((language) => missing[language]).find((reason) => reason !== undefined);
  const [mark, seen] =
    lacking === undefined
      ? await see(world).then(
          (text) => ['TRUE', text] as const,
          (error: unknown) => ['NOT TRUE', messageOf(error)] as const,
        )
      : (['NOT TRIED', lacking] as const);
  console.log(`\n${mark}  ${lineOf(claim)}\n  seen: ${seen.trim().replaceAll('\n', '\n    ')}`);
  return mark === 'TRUE';
}

async function main(): Promise<number> {
  const [here, there] = [claims.map(lineOf), linesOfPage()];
  const strays = [...here.filter((line) => !there.includes(line)), ...there.filter((line) => !here.includes(line))];
  if (strays.length > 0) {
    console.error(`${page} and dev/callers/claims.ts do not have the same lines:\n${strays.join('\n')}`);
    return 1;
  }
  const folder = await mkdtemp(join(tmpdir(), 'callers-'));
  const ends: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const built = await buildAll(folder);
    console.log('Starting the stack ...');
    const stack = await startStack();
    ends.push(stack.stop);
    const { world, close } = await openWorld(stack, built.programs);
    ends.push(close);
    let others = 0;
    for (const claim of claims) if (!(await tryOut(claim, world, built))) others += 1;
    console.log(`\n${claims.length - others} of ${claims.length} lines were seen to be true.`);
    return others > 0 ? 1 : 0;
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

process.exit(await main());
