// Checks the Temporal server and what the namespace needs.
import type { Connection } from '@temporalio/client';
import { createRequire } from 'node:module';
import type { Environment } from '../../config/environment.js';
import { isGrpcError } from '../../sdk-internals/grpc-status.js';
import { registrationLines, searchAttributeFaults } from '../../temporal/search-attributes.js';
import type { TemporalConfig } from '../../temporal/settings.js';
import { ownVersion } from '../../process/version.js';
import { findingsOf, type Finding } from './finding.js';

/** Reports the versions of everything that takes part. */
export async function checkVersions(connection: Connection | undefined): Promise<Finding> {
  const sdk = createRequire(import.meta.url)('@temporalio/client/package.json') as { version: string };
  const info = await connection?.workflowService.getSystemInfo({}).catch(() => undefined);
  const own = `flinks-temporal ${ownVersion()}, Temporal SDK ${sdk.version}, Node ${process.version}`;
  return findingsOf('versions').ok(info ? `${own}, Temporal server ${info.serverVersion}` : own);
}

/** Checks whether the namespace exists and may be used. */
export async function checkNamespace(connection: Connection, { namespace, address }: TemporalConfig): Promise<Finding> {
  const finding = findingsOf('namespace');
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return finding.ok(namespace);
  } catch (error) {
    if (isGrpcError(error, 'notFound'))
      return finding.fault(
        `namespace ${namespace} does not exist at ${address}`,
        `Set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace ${namespace} --retention 30d`,
      );
    if (isGrpcError(error, 'permissionDenied'))
      return finding.fault(
        `these credentials do not allow to use namespace ${namespace}`,
        'Check TEMPORAL_API_KEY or the TLS certificate.',
      );
    return finding.fault(
      `namespace ${namespace} cannot be used`,
      'Check TEMPORAL_NAMESPACE and the log of the Temporal server.',
    );
  }
}

/** Checks whether the search attributes are registered: a run that writes one that is not registered gets stuck. */
export async function checkSearchAttributes(
  connection: Connection,
  { namespace }: TemporalConfig,
  environment: Environment,
): Promise<Finding> {
  const finding = findingsOf('search attributes');
  if (environment['SEARCH_ATTRIBUTES'] === 'off')
    return finding.skipped('SEARCH_ATTRIBUTES is off, so runs write none');
  const registered = await connection.operatorService.listSearchAttributes({ namespace }).catch(() => undefined);
  if (!registered)
    return finding.warning(
      'could not be checked: these credentials do not allow to list them',
      'Ask an administrator whether they are registered.',
    );
  const { missing, otherType } = searchAttributeFaults(registered.customAttributes ?? {});
  if (otherType.length > 0)
    return finding.fault(
      `${otherType.join(', ')} ${are(otherType)} registered, but with another type than runs write`,
      'Rename what is registered under this name, or set SEARCH_ATTRIBUTES=off.',
    );
  if (missing.length > 0)
    return finding.fault(
      `${missing.join(', ')} ${are(missing)} not registered`,
      `A worker registers them when it starts, if it may. If it may not, an administrator has to run:\n${registrationLines(missing, namespace)}`,
    );
  return finding.ok('are registered');
}

const are = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are');
