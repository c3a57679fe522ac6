import { describe, expect, test } from 'vitest';
import { documents, errorCodes } from '../../src/cli/documents.js';
import {
  accountDetailsWorkflowId,
  answerName,
  failureTypes,
  inputSchema,
  progressName,
  progressSchema,
  rejectionTypes,
  resultSchema,
  searchAttributes,
  stages,
  taskQueue,
  waitForChallengeName,
  workflowType,
} from '../../src/contract.js';
import { nextStep } from '../../src/workflows/next-step.js';
import { codeBlocks, tableRows } from '../support/markdown.js';

const page = 'docs/contract.md';
const firstColumn = (heading: string): string[] => tableRows(page, heading).map(([first = '']) => first);

describe('the page of the contract has the words of the code', () => {
  test('names', () => {
    const names = [
      taskQueue,
      workflowType,
      accountDetailsWorkflowId(''),
      answerName,
      waitForChallengeName,
      progressName,
    ];
    const words = tableRows(page, 'Names').flat().join(' ');
    for (const name of [...names, ...Object.keys(searchAttributes)]) expect(words).toContain(name);
  });

  test('stages', () => {
    expect(firstColumn('Stages')).toEqual(stages);
  });

  test('failures, each with the next step that its message ends with', () => {
    expect(firstColumn('Failures')).toEqual(failureTypes);
    expect(Object.fromEntries(tableRows(page, 'Failures').map(([type, , next]) => [type, next]))).toEqual(nextStep);
  });

  test('refusals', () => {
    expect(firstColumn('Refusals')).toEqual(rejectionTypes);
  });

  test('fields of progress and result', () => {
    expect(firstColumn('Progress').toSorted()).toEqual(Object.keys(progressSchema.shape).toSorted());
    const { shape } = resultSchema;
    const fields = [...Object.keys(shape), ...Object.keys(shape.freshness.shape)];
    expect(firstColumn('Result').toSorted()).toEqual(fields.toSorted());
  });

  test('fields of the input with their defaults', () => {
    const [example = ''] = codeBlocks(page, 'Input', 'json');
    const resolved = inputSchema.parse(JSON.parse(example));
    const flat = (fields: object, prefix = ''): [string, string][] =>
      Object.entries(fields).flatMap(([name, value]: [string, unknown]) =>
        typeof value === 'object' && value !== null
          ? flat(value, `${prefix}${name}.`)
          : [[prefix + name, String(value)]],
      );
    const written = Object.fromEntries(tableRows(page, 'Input').map(([field, byDefault]) => [field, byDefault]));
    const { 'login.loginId': _loginId, mode, onSessionLost, ...rest } = Object.fromEntries(flat(resolved));
    expect(written).toMatchObject(rest);
    expect(written['mode']).toContain(`\`${mode}\` for a LoginId`);
    expect(written['onSessionLost']).toContain(`\`${onSessionLost}\` for a LoginId`);
  });

  test('commands and codes of errors', () => {
    const rows = firstColumn('Command line');
    const codes = errorCodes.filter((code) => ![...failureTypes, ...rejectionTypes].some((known) => known === code));
    expect(rows.toSorted()).toEqual([...Object.keys(documents), ...codes].toSorted());
    expect(firstColumn('Exit codes').toSorted()).toEqual(Object.keys(documents).toSorted());
  });
});
