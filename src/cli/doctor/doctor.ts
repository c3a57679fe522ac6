// Whether everything that a run needs is there, and how to mend what is not.
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { ConfigurationError, type Environment } from '../../config/environment.js';
import { connectTo, loadTemporalConfig, type TemporalConfig } from '../../temporal/connection.js';
import { loadPayloadConfig, type PayloadConfig } from '../../temporal/payloads.js';
import { openPayloadStore } from '../../temporal/storage/storage.js';
import { codecServerFinding } from './codec-server.js';
import { findingsOf, type Finding } from './finding.js';
import { flinksFindings } from './flinks.js';
import { existingRunsFinding, keysFinding } from './payloads.js';
import { storageFinding } from './storage.js';
import { namespaceFinding, searchAttributesFinding, versionsFinding } from './temporal.js';
import { workersFinding } from './workers.js';
import { exitCode, writeJson, type ExitCode } from '../terminal/output.js';
import { painted, screenOf, type Colour } from '../terminal/screen.js';

/** Runs every check and prints the findings. Returns 0 where there is no fault, 5 where no server answers, else 1. */
export async function doctor(json: boolean): Promise<ExitCode> {
  const findings = await examine();
  if (json) writeJson(findings.map(({ check, state, ...rest }) => ({ check, ok: state !== 'fault', state, ...rest })));
  else findings.forEach(print);
  if (findings.some(({ check, state }) => check === serverCheck && state === 'fault')) return exitCode.unreachable;
  return findings.some(({ state }) => state === 'fault') ? exitCode.failed : exitCode.ok;
}

const serverCheck = 'Temporal server';

/** Everything that is found out about this environment. A fault in one thing leaves the others to be checked. */
export async function examine(environment: Environment = process.env): Promise<Finding[]> {
  const { value: temporal, fault: temporalFault } = configured('Temporal configuration', temporalMend, () =>
    loadTemporalConfig(environment),
  );
  const namespace = temporal?.namespace ?? 'default';
  const keys = configured('payload keys', keysMend, () => ({ payloads: loadPayloadConfig(environment) }));
  const storage = configured('payload storage', storageMend, () => ({ store: openPayloadStore(environment) }));
  const checks: Promise<Finding | Finding[]>[] = [
    temporal ? serverFindings(temporal, keys.value, environment) : versionsFinding(undefined),
    flinksFindings(environment),
  ];
  if (keys.value) {
    const { payloads } = keys.value;
    checks.push(keysFinding(payloads, namespace), codecServerFinding(environment, payloads, namespace));
  }
  if (storage.value) checks.push(storageFinding(storage.value.store, namespace));
  const faults = [temporalFault, keys.fault, storage.fault].filter((fault) => fault !== undefined);
  return [...faults, ...(await Promise.all(checks)).flat()];
}

const temporalMend = 'Correct temporal.toml and the TEMPORAL_… variables.';
const keysMend = 'Set PAYLOAD_KEYS, or PAYLOAD_KEYS_FILE, to the keys that the workers have.';
const storageMend = 'Correct the PAYLOAD_STORAGE… variables.';

async function serverFindings(
  config: TemporalConfig,
  keys: { payloads: PayloadConfig } | undefined,
  environment: Environment,
): Promise<Finding[]> {
  const server = findingsOf(serverCheck);
  let connection: Connection;
  try {
    connection = await connectTo(config);
  } catch {
    const fault = server.fault(
      `none answers at ${config.address}`,
      'Start one (npm run dev), or set TEMPORAL_ADDRESS; behind TLS also TEMPORAL_TLS… or TEMPORAL_API_KEY.',
    );
    return [await versionsFinding(undefined), fault];
  }
  try {
    const findings = [
      await versionsFinding(connection),
      server.ok(`answers at ${config.address}`),
      await namespaceFinding(connection, config),
    ];
    if (findings.some(({ state }) => state === 'fault')) return findings;
    const checks: [string, () => Promise<Finding>][] = [
      ['search attributes', () => searchAttributesFinding(connection, config, environment)],
      ['workers', () => workersFinding(connection, config)],
    ];
    if (keys) checks.push(['keys of runs', () => existingRunsFinding(connection, config, keys.payloads)]);
    return [...findings, ...(await Promise.all(checks.map(([check, find]) => find().catch(refused(check)))))];
  } finally {
    await connection.close();
  }
}

/** What the server does not let us see is not known to be well. */
const refused =
  (check: string) =>
  (error: unknown): Finding => {
    if (!isGrpcServiceError(error)) throw error;
    const mend = 'Check what these credentials may do in this namespace, and the log of the Temporal server.';
    return findingsOf(check).fault(`could not be checked: ${error.details}`, mend);
  };

function configured<T>(check: string, mend: string, read: () => T): { value?: T; fault?: Finding } {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { fault: findingsOf(check).fault(error.message, mend) };
  }
}

const shown: Record<Finding['state'], { word: string; colour: Colour }> = {
  ok: { word: 'ok  ', colour: 'green' },
  warning: { word: 'warn', colour: 'yellow' },
  fault: { word: 'FAIL', colour: 'red' },
  skipped: { word: '-   ', colour: 'gray' },
};

function print({ check, state, note, mend }: Finding): void {
  const { word, colour } = shown[state];
  const lines = [`${painted(screenOf(process.stdout), colour, word)}  ${check}: ${note}`];
  if (mend !== undefined) lines.push(...mend.split('\n').map((line) => `      ${line}`));
  process.stdout.write(`${lines.join('\n')}\n`);
}
