import { expect, test } from 'vitest';
import { InputError } from '../../../src/contract/errors.js';
import { priorityOf, type PriorityOptions } from '../../../src/client/priority.js';

test.each<[PriorityOptions, object]>([
  [{}, {}],
  [{ priority: 'interactive' }, { priority: { priorityKey: 1 } }],
  [{ priority: 'batch', tenant: 'acme' }, { priority: { priorityKey: 5, fairnessKey: 'acme' } }],
  [{ tenant: 'acme', tenantWeight: 2.5 }, { priority: { fairnessKey: 'acme', fairnessWeight: 2.5 } }],
])('the priority %j is told to Temporal', (options, told) => {
  expect(priorityOf(options)).toEqual(told);
});

test.each<[string, unknown]>([
  ['priority', { priority: 'urgent' }],
  ['tenant', { tenant: '' }],
  ['tenant', { tenant: 'é'.repeat(33) }],
  ['tenantWeight', { tenant: 'acme', tenantWeight: 0 }],
  ['tenantWeight', { tenant: 'acme', tenantWeight: Number.NaN }],
  ['tenantWeight', { tenantWeight: 2 }],
])('a wrong %s is named, and its value is not', (field, options) => {
  const refuse = () => priorityOf(options as PriorityOptions);
  expect(refuse).toThrow(InputError);
  expect(refuse).toThrow(expect.objectContaining({ code: 'InvalidInput', fields: [field] }));
  expect(refuse).not.toThrow(/urgent|é/);
});
