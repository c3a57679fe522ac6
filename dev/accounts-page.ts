// The table of what Flinks puts into a result: `npm run schemas` writes docs/accounts.md from the typed view of the code.
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { flinksObjects } from '../src/contract/accounts.js';

/** Where the page is published. */
export const accountsPage = 'docs/accounts.md';

interface Field {
  name: string;
  /** Such as `number or text`, or the name of an object of the view. */
  type: string;
  /** What may stand for it: `null`, absent, both or neither. */
  without: string;
  says: string;
}

type Schema = Record<string, unknown> & { anyOf?: Schema[]; items?: Schema };

const words: Record<string, string> = { string: 'text', boolean: 'true or false' };

/** The types of a value, `null` among them. */
function typesOf(schema: Schema): string[] {
  if (schema.anyOf) return [...new Set(schema.anyOf.flatMap(typesOf))];
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].split('/').at(-1) ?? '';
    return [`[${name}](#${name.toLowerCase()})`];
  }
  if (schema['type'] === 'array' && schema.items) return [`list of ${typesOf(schema.items).join(' or ')}`];
  return [schema['type']].flat().map((type) => words[String(type)] ?? String(type));
}

/** The fields of each object of the view, in the order of the view. */
export function viewFields(): Record<string, Field[]> {
  const definitions = viewDefinitions();
  return Object.fromEntries(
    Object.entries(definitions).map(([object, { properties, required = [] }]) => [
      object,
      Object.entries(properties).map(([name, schema]) => {
        const types = typesOf(schema);
        const without = [...(types.includes('null') ? ['null'] : []), ...(required.includes(name) ? [] : ['absent'])];
        return {
          name,
          type: types.filter((type) => type !== 'null').join(' or '),
          without: without.length === 0 ? 'never' : without.join(', '),
          says: typeof schema['description'] === 'string' ? schema['description'] : '',
        };
      }),
    ]),
  );
}

interface Definition {
  properties: Record<string, Schema>;
  required?: string[];
}

/** The objects of the view as JSON Schemas that name each other. */
export function viewDefinitions(): Record<string, Definition> {
  for (const [id, schema] of Object.entries(flinksObjects)) z.globalRegistry.add(schema, { id });
  const { $defs } = z.toJSONSchema(z.looseObject(flinksObjects), { io: 'input' });
  return Object.fromEntries(Object.keys(flinksObjects).map((name) => [name, $defs?.[name] as unknown as Definition]));
}

const introduction = [
  '# Accounts',
  '',
  'What Flinks puts into the `login`, `summary`, `accounts` and `links` of a [result](contract.md#result), as far as its documents',
  'and published bodies say. `npm run schemas` writes this page and [the JSON Schema](schemas/accounts.schema.json) from the types',
  'that the [client](client.md) exports, and a test fails if they differ.',
  '',
  '- It is a view to read by. Nothing is checked against it: a run passes on what Flinks sent, even a field of another type.',
  '- There may be more: every object can hold fields that no document names.',
  '- _null, absent_ says what may stand for a value. Read both as _not known_.',
  '- **number or text**: a number that a double cannot hold as Flinks wrote it comes as the text of its digits:',
  '  `1000000000000000.01` as `"1000000000000000.01"`, `227490627192107008` as `"227490627192107008"`. What counts is the decimal',
  '  value, so `12.10` is the number 12.1. This holds for numbers that no document names, too.',
  '',
];

/** The page as it stands in docs/. */
export async function accountsText(): Promise<string> {
  const sections = Object.entries(viewFields()).flatMap(([object, fields]) => [
    `## ${object}`,
    '',
    '| field | type | may be | says |',
    '| --- | --- | --- | --- |',
    ...fields.map(({ name, type, without, says }) => `| \`${name}\` | ${type} | ${without} | ${says} |`),
    '',
  ]);
  return format([...introduction, ...sections].join('\n'), {
    ...(await resolveConfig(accountsPage)),
    parser: 'markdown',
  });
}
