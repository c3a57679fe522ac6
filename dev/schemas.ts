// Writes the JSON Schemas of docs/schemas, for readers in any language, from the zod schemas that the code itself uses.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { documents, errorDocument } from '../src/cli/documents.js';
import {
  answerOutcomeSchema,
  answersSchema,
  inputSchema,
  progressSchema,
  resultSchema,
  taskQueue,
} from '../src/contract.js';
import { isMainModule } from '../src/process/main-module.js';
import { accountsPage, accountsText, viewDefinitions } from './accounts-page.js';

/** Where the schemas are published. */
export const schemaFolder = fileURLToPath(new URL('../docs/schemas/', import.meta.url));

const dialect = 'https://json-schema.org/draft/2020-12/schema';

// As written: defaults may be left out, and readers of outputs have to live with fields that are added later.
function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}

const page = (title: string, schema: z.ZodType) => ({ $schema: dialect, title, ...schemaOf(schema) });

/** The place of a command's schema in `cli.schema.json`, such as `start-wait` of `start --wait`. */
export const definitionOf = (command: string): string => command.replaceAll(/[ -]+/g, '-');

function commandLine() {
  const printed = Object.entries(documents).map(([command, { document, as }]) => {
    const title = `${command} --json${as === 'lines' ? ': each line' : ''}`;
    return [definitionOf(command), { title, ...schemaOf(document) }];
  });
  const error = { title: 'any command that ends with an error', ...schemaOf(errorDocument) };
  return {
    $schema: dialect,
    title: 'What the command line prints with --json, one definition for each command',
    $defs: { error, ...Object.fromEntries(printed) },
  };
}

/** A view and no promise: see src/contract/accounts.ts. So the schema of the result does not refer to it. */
function accountsView() {
  const accounts = { type: 'array', items: { $ref: '#/$defs/Account' } };
  return {
    $schema: dialect,
    title:
      'What Flinks puts into a result, as far as its documents say; nothing is checked against it, and there may be more',
    type: 'object',
    properties: {
      login: { $ref: '#/$defs/FlinksLogin' },
      summary: accounts,
      accounts,
      links: { anyOf: [{ type: 'array', items: { $ref: '#/$defs/Link' } }, { type: 'null' }] },
    },
    required: ['summary', 'accounts'],
    $defs: viewDefinitions(),
  };
}

/** The published schemas by the name of their file. */
export const publishedSchemas = (): Record<string, object> => ({
  'input.schema.json': page(`Input of retrieveAccountDetails on ${taskQueue}`, inputSchema),
  'answers.schema.json': page('Payload of the signal and the update answerSecurityChallenges', answersSchema),
  'answer-outcome.schema.json': page('What the update answerSecurityChallenges returns', answerOutcomeSchema),
  'progress.schema.json': page(
    'What the query progress and the update waitForChallenge answer; times in UTC with milliseconds',
    progressSchema,
  ),
  'result.schema.json': page('What a run returns; unknown fields of Flinks are kept', resultSchema),
  'accounts.schema.json': accountsView(),
  'cli.schema.json': commandLine(),
});

/** The text of a published file. */
export async function schemaText(file: string, schema: object): Promise<string> {
  const filepath = `${schemaFolder}${file}`;
  return format(JSON.stringify(schema), { ...(await resolveConfig(filepath)), filepath });
}

if (isMainModule(import.meta.url)) {
  await mkdir(schemaFolder, { recursive: true });
  for (const [file, schema] of Object.entries(publishedSchemas()))
    await writeFile(`${schemaFolder}${file}`, await schemaText(file, schema));
  await writeFile(accountsPage, await accountsText());
}
