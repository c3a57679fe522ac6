// Which runs go first when there is more work than the workers can do.
import type { Priority } from '@temporalio/common';
import { InputError } from '../contract/errors.js';

export const priorities = ['interactive', 'batch'] as const;

export interface PriorityOptions {
  /** `interactive` runs go before runs without a priority, and these before `batch` runs. */
  priority?: (typeof priorities)[number];
  /**
   * Runs of one priority are shared out by tenant. Up to 64 bytes, readable in Temporal: a name of your own, never one
   * of a customer.
   */
  tenant?: string;
  /** The share of this tenant beside the others, from 0.001 to 1000; 1 unless given. */
  tenantWeight?: number;
}

/** Temporal's keys go from 1, the first, to 5. A run without one has 3. */
const keys = { interactive: 1, batch: 5 };

/**
 * What Temporal is told of a run's priority when the run is started. Its activities inherit it. Throws an InputError
 * that names the options at fault.
 */
export function priorityOf({ priority, tenant, tenantWeight }: PriorityOptions): { priority?: Priority } {
  const faults = Object.entries({
    priority: priority !== undefined && !priorities.includes(priority),
    tenant: tenant !== undefined && (tenant === '' || Buffer.byteLength(tenant) > 64),
    tenantWeight: tenantWeight !== undefined && !(tenant && tenantWeight >= 0.001 && tenantWeight <= 1_000),
  });
  const fields = faults.flatMap(([name, wrong]) => (wrong ? [name] : []));
  if (fields.length > 0) throw new InputError('InvalidInput', `${message} At fault: ${fields.join(', ')}.`, fields);
  if (priority === undefined && tenant === undefined) return {};
  return {
    priority: {
      ...(priority !== undefined && { priorityKey: keys[priority] }),
      ...(tenant !== undefined && { fairnessKey: tenant }),
      ...(tenantWeight !== undefined && { fairnessWeight: tenantWeight }),
    },
  };
}

const message = 'A priority is interactive or batch, a tenant has 1 to 64 bytes, and its weight is from 0.001 to 1000.';
