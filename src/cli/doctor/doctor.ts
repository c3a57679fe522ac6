// Checks whether everything that a run needs is there, and says how to fix what is not.
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { ConfigurationError, type Environment } from '../../config/environment.js';
import { describeProxy } from '../../contract/proxy.js';
import { connectTo } from '../../temporal/connection.js';
import { temporalProxy } from '../../temporal/proxy.js';
import { loadSettings, type PayloadConfig, type TemporalConfig } from '../../temporal/settings.js';
import { checkCodecServer } from './codec-server.js';
import { checkFiles } from './files.js';
import { findingsOf, type Finding } from './finding.js';
import { checkFlinks } from './flinks.js';
import { checkExistingRuns, checkKeys } from './payloads.js';
import { checkStorage } from './storage.js';
import { checkNamespace, checkSearchAttributes, checkVersions } from './temporal.js';
import { checkWorkers } from './workers.js';
import { exitCode, print, writeJson, type ExitCode } from '../terminal/output.js';
import { painted, screenOf, type Colour } from '../terminal/screen.js';

/** Runs every check and prints the findings. Returns 0 if there is no fault, 5 if no server answers, else 1. */
export async function doctor(json: boolean): Promise<ExitCode> {
  const findings = await examine();
  if (json) writeJson(findings.map(({ check, state, ...rest }) => ({ check, ok: state !== 'fault', state, ...rest })));
  else findings.forEach(printFinding);
  if (findings.some(({ check, state }) => check === serverCheck && state === 'fault')) return exitCode.unreachable;
  return findings.some(({ state }) => state === 'fault') ? exitCode.failed : exitCode.ok;
}

const serverCheck = 'Temporal server';

/** Checks everything in this environment. A fault in one thing does not keep the others from being checked. */
export async function examine(environment: Environment = process.env): Promise<Finding[]> {
  const server = configured('Temporal configuration', temporalFix, () => loadSettings(environment, ['temporal']));
  const keys = configured('payload keys', keysFix, () => loadSettings(environment, ['payloads']));
  const storage = configured('payload storage', storageFix, () => loadSettings(environment, ['store']));
  const temporal = server.value?.temporal;
  const namespace = temporal?.namespace ?? 'default';
  const checks: Promise<Finding | Finding[]>[] = [
    temporal ? checkServer(temporal, keys.value, environment) : checkVersions(undefined),
    checkFlinks(environment),
  ];
  if (keys.value) {
    const { payloads } = keys.value;
    checks.push(checkKeys(payloads, namespace), checkCodecServer(environment, payloads, namespace));
  }
  if (storage.value) checks.push(checkStorage(storage.value.store, namespace));
  const faults = [server.fault, keys.fault, storage.fault].filter((fault) => fault !== undefined);
  return [...faults, ...checkFiles(environment), ...(await Promise.all(checks)).flat()];
}

const temporalFix = 'Correct temporal.toml and the TEMPORAL_… variables.';
const keysFix = 'Set PAYLOAD_KEYS, or PAYLOAD_KEYS_FILE, to the keys that the workers have.';
const storageFix = 'Correct the PAYLOAD_STORAGE… variables.';

async function checkServer(
  config: TemporalConfig,
  keys: { payloads: PayloadConfig } | undefined,
  environment: Environment,
): Promise<Finding[]> {
  const server = findingsOf(serverCheck);
  const proxy = temporalProxy(config.address);
  const through = proxy ? ` through ${describeProxy(proxy)}` : '';
  let connection: Connection;
  try {
    connection = await connectTo(config);
  } catch {
    const fault = server.fault(
      `no Temporal server answers at ${config.address}${through}`,
      `Start one (npm run dev), or set TEMPORAL_ADDRESS. A server with TLS also needs TEMPORAL_TLS… or TEMPORAL_API_KEY.${proxy ? ` ${proxy.advice}` : ''}`,
    );
    return [await checkVersions(undefined), fault];
  }
  try {
    const findings = [
      await checkVersions(connection),
      server.ok(`answers at ${config.address}${through}`),
      await checkNamespace(connection, config),
    ];
    if (findings.some(({ state }) => state === 'fault')) return findings;
    const checks: [string, () => Promise<Finding>][] = [
      ['search attributes', () => checkSearchAttributes(connection, config, environment)],
      ['workers', () => checkWorkers(connection, config)],
    ];
    if (keys) checks.push(['keys of runs', () => checkExistingRuns(connection, config, keys.payloads)]);
    return [...findings, ...(await Promise.all(checks.map(([check, find]) => find().catch(refused(check)))))];
  } finally {
    await connection.close();
  }
}

/** A check that the server refuses is a fault: nobody knows whether all is well. */
const refused =
  (check: string) =>
  (error: unknown): Finding => {
    if (!isGrpcServiceError(error)) throw error;
    const fix = 'Check what these credentials may do in this namespace, and the log of the Temporal server.';
    return findingsOf(check).fault(`could not be checked, because the Temporal server said: ${error.details}`, fix);
  };

function configured<T>(check: string, fix: string, read: () => T): { value?: T; fault?: Finding } {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { fault: findingsOf(check).fault(error.message, fix) };
  }
}

const shown: Record<Finding['state'], { word: string; colour: Colour }> = {
  ok: { word: 'ok  ', colour: 'green' },
  warning: { word: 'warn', colour: 'yellow' },
  fault: { word: 'FAIL', colour: 'red' },
  skipped: { word: '-   ', colour: 'gray' },
};

function printFinding({ check, state, note, fix }: Finding): void {
  const { word, colour } = shown[state];
  process.stdout.write(painted(screenOf(process.stdout), colour, word));
  print(`  ${check}: ${note}`);
  if (fix !== undefined) print(fix.replaceAll(/^/gm, '      '));
}
