// The search attributes by which operators find runs. They must be registered: a run that writes another one gets stuck.
import type { NativeConnection } from '@temporalio/worker';
import { ConfigurationError } from '../config/environment.js';
import { searchAttributes } from '../contract.js';

/** The numbers of Temporal's enum `IndexedValueType` that are used here. */
const typeNumbers = { KEYWORD: 2, DATETIME: 6 };
const cliTypes = { KEYWORD: 'Keyword', DATETIME: 'Datetime' };
type Name = keyof typeof searchAttributes;
const names = Object.keys(searchAttributes) as Name[];

/** Which of our search attributes are not registered, and which are registered with a type that runs cannot write. */
export const searchAttributeFaults = (registered: Record<string, number>) => ({
  missing: names.filter((name) => !registered[name]),
  otherType: names.filter((name) => registered[name] && registered[name] !== typeNumbers[searchAttributes[name]]),
});

/**
 * Registers what is missing in the namespace. Throws a ConfigurationError if this worker may not, with the lines that an
 * administrator has to run, and if an attribute has another type. Safe to call from many workers at once.
 */
export async function ensureSearchAttributes({ operatorService }: NativeConnection, namespace: string): Promise<void> {
  const registered = async () => (await operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};
  let missing: Name[] = names;
  try {
    const before = searchAttributeFaults(await registered());
    refuseOtherTypes(before.otherType);
    missing = before.missing;
    if (missing.length === 0) return;
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, typeNumbers[searchAttributes[name]]])),
    });
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    // Another worker may have registered the same attributes in the meantime.
    const after = await registered().catch((): Record<string, number> => ({}));
    missing = searchAttributeFaults(after).missing;
    if (missing.length > 0)
      throw new ConfigurationError([{ variable: missing.join(', '), problem: howToRegister(missing, namespace) }]);
  }
}

function refuseOtherTypes(names: Name[]): void {
  if (names.length === 0) return;
  throw new ConfigurationError(
    names.map((name) => ({
      variable: `search attribute ${name}`,
      problem: `is registered, but its type is not ${cliTypes[searchAttributes[name]]}: rename that attribute, or set SEARCH_ATTRIBUTES=off`,
    })),
  );
}

const howToRegister = (missing: Name[], namespace: string): string =>
  `${missing.length === 1 ? 'is not a registered search attribute' : 'are not registered search attributes'} of namespace ` +
  `${namespace}, and this worker could not register them. An administrator has to run:\n` +
  `${registrationLines(missing, namespace)}\nOr set SEARCH_ATTRIBUTES=off to run without them`;

/** The commands with which an administrator registers them. */
export const registrationLines = (missing: Name[], namespace: string): string =>
  missing
    .map((name) => {
      const type = cliTypes[searchAttributes[name]];
      return `  temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${type}`;
    })
    .join('\n');
