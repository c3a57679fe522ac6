// Whether everything that a run needs is there, and how to mend what is not.
import type { Connection } from '@temporalio/client';
import { loadWorkerConfig, type WorkerConfig } from '../config.js';
import { searchAttributes, taskQueue } from '../contract.js';
import { FlinksError } from '../flinks/errors.js';
import { createFlinksClient } from '../flinks/client.js';
import { connectTo, loadTemporalConfig, type TemporalConfig } from '../temporal/connection.js';
import { exitCode, writeJson, type ExitCode } from './output.js';

interface Finding {
  check: string;
  ok: boolean;
  /** What was found, or how to mend it. */
  note: string;
}

/** Runs every check, prints the findings, and returns 0 where all is well, else 1. */
export async function doctor(json: boolean): Promise<ExitCode> {
  const findings = [...(await temporalFindings()), ...(await flinksFindings())];
  if (json) writeJson(findings);
  else for (const { check, ok, note } of findings) process.stdout.write(`${ok ? 'ok  ' : 'FAIL'}  ${check}: ${note}\n`);
  return findings.every(({ ok }) => ok) ? exitCode.ok : exitCode.failed;
}

async function temporalFindings(): Promise<Finding[]> {
  const config = await attempt('Temporal configuration', async () => loadTemporalConfig());
  if ('ok' in config) return [config];
  const connection = await attempt('Temporal server', () => connectTo(config));
  if ('ok' in connection) return [connection];
  try {
    return [
      { check: 'Temporal server', ok: true, note: `answers at ${config.address}` },
      ...(await namespaceFindings(connection, config)),
    ];
  } finally {
    await connection.close();
  }
}

async function namespaceFindings(connection: Connection, { namespace }: TemporalConfig): Promise<Finding[]> {
  const found = await attempt('namespace', () => connection.workflowService.describeNamespace({ namespace }));
  if ('ok' in found) return [{ ...found, note: `${namespace} cannot be used; create it or set TEMPORAL_NAMESPACE` }];
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.keys(searchAttributes).filter((name) => !customAttributes?.[name]);
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: 1,
  });
  const workers = pollers?.length ?? 0;
  return [
    { check: 'namespace', ok: true, note: namespace },
    {
      check: 'search attributes',
      ok: missing.length === 0,
      note:
        missing.length === 0 ? 'registered' : `${missing.join(', ')} missing; a worker registers them when it starts`,
    },
    {
      check: 'workers',
      ok: workers > 0,
      note: workers > 0 ? `${workers} polling ${taskQueue}` : `none polls ${taskQueue}; start one with npm run worker`,
    },
  ];
}

async function flinksFindings(): Promise<Finding[]> {
  const config = await attempt('Flinks configuration', async () => loadWorkerConfig());
  if ('ok' in config) return [config];
  return [{ check: 'Flinks configuration', ok: true, note: 'fits' }, await tokenFinding(config)];
}

/** Minting a token proves address, customer id and secret key, and touches no bank. */
async function tokenFinding({ flinks }: WorkerConfig): Promise<Finding> {
  const client = createFlinksClient(flinks);
  try {
    await client.generateAuthorizeToken();
    return { check: 'Flinks', ok: true, note: 'mints authorize tokens with this secret key' };
  } catch (error) {
    const note = error instanceof FlinksError ? error.message : 'could not be asked';
    return {
      check: 'Flinks',
      ok: false,
      note: `${note} Check FLINKS_BASE_URL, FLINKS_CUSTOMER_ID and FLINKS_SECRET_KEY.`,
    };
  } finally {
    client.close();
  }
}

async function attempt<T>(check: string, what: () => Promise<T>): Promise<T | Finding> {
  try {
    return await what();
  } catch (error) {
    return { check, ok: false, note: error instanceof Error ? error.message : 'failed' };
  }
}
