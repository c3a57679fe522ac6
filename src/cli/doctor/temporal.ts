// Whether Temporal is there, and what the namespace needs.
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { createRequire } from 'node:module';
import type { Environment } from '../../config/environment.js';
import type { TemporalConfig } from '../../temporal/connection.js';
import { registrationLines, searchAttributeFaults } from '../../temporal/search-attributes.js';
import { ownVersion } from '../../process/version.js';
import { findingsOf, type Finding } from './finding.js';

/** Versions of everything that takes part. */
export async function versionsFinding(connection: Connection | undefined): Promise<Finding> {
  const sdk = createRequire(import.meta.url)('@temporalio/client/package.json') as { version: string };
  const info = await connection?.workflowService.getSystemInfo({}).catch(() => undefined);
  const own = `flinks-temporal ${ownVersion()}, Temporal SDK ${sdk.version}, Node ${process.version}`;
  return findingsOf('versions').ok(info ? `${own}, Temporal server ${info.serverVersion}` : own);
}

const permissionDenied = 7;
const notFound = 5;

/** Whether the namespace is there and may be used. */
export async function namespaceFinding(
  connection: Connection,
  { namespace, address }: TemporalConfig,
): Promise<Finding> {
  const finding = findingsOf('namespace');
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return finding.ok(namespace);
  } catch (error) {
    const code = isGrpcServiceError(error) ? error.code : undefined;
    if (code === notFound)
      return finding.fault(
        `${namespace} does not exist at ${address}`,
        `Set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace ${namespace} --retention 30d`,
      );
    if (code === permissionDenied)
      return finding.fault(
        `${namespace} may not be used with these credentials`,
        'Check TEMPORAL_API_KEY or the TLS certificate.',
      );
    return finding.fault(`${namespace} cannot be used`, 'Check TEMPORAL_NAMESPACE and the log of the Temporal server.');
  }
}

/** Whether the search attributes are registered: a run that writes one which is not cannot go on. */
export async function searchAttributesFinding(
  connection: Connection,
  { namespace }: TemporalConfig,
  environment: Environment,
): Promise<Finding> {
  const finding = findingsOf('search attributes');
  if (environment['SEARCH_ATTRIBUTES'] === 'off') return finding.skipped('SEARCH_ATTRIBUTES is off: runs write none');
  const registered = await connection.operatorService.listSearchAttributes({ namespace }).catch(() => undefined);
  if (!registered)
    return finding.warning(
      'cannot be listed with these credentials',
      'Ask an administrator whether they are registered.',
    );
  const { missing, otherType } = searchAttributeFaults(registered.customAttributes ?? {});
  if (otherType.length > 0)
    return finding.fault(
      `${otherType.join(', ')} registered with another type`,
      'Rename that attribute, or set SEARCH_ATTRIBUTES=off.',
    );
  if (missing.length > 0)
    return finding.fault(
      `${missing.join(', ')} missing`,
      `A worker registers them when it starts, if it may; otherwise an administrator has to run:\n${registrationLines(missing, namespace)}`,
    );
  return finding.ok('registered');
}
