// Checks whether Flinks answers and accepts our keys. No bank is asked anything.
import { randomUUID } from 'node:crypto';
import { loadWorkerConfig } from '../../config.js';
import { ConfigurationError, type Environment } from '../../config/environment.js';
import { describeProxy } from '../../contract/proxy.js';
import { createFlinksClient, type FlinksClient, type FlinksClientOptions } from '../../flinks/client.js';
import { FlinksError } from '../../flinks/errors.js';
import { findingsOf, type Finding } from './finding.js';

const patienceMs = 10_000;

/** Checks whether a worker could start here, whether Flinks can be reached, and whether it accepts both keys. */
export async function checkFlinks(environment: Environment): Promise<Finding[]> {
  const configuration = findingsOf('Flinks configuration');
  const fix = 'Set the FLINKS_… variables to the values of your Flinks instance. Only workers need them.';
  if (!Object.entries(environment).some(([name, value]) => name.startsWith('FLINKS_') && value))
    return [configuration.warning('no FLINKS_… variable is set, so no worker can start here', fix)];
  let flinks: FlinksClientOptions;
  try {
    flinks = loadWorkerConfig(environment).flinks;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [configuration.fault(error.message, fix)];
  }
  const client = createFlinksClient(flinks);
  try {
    const token = await checkSecretKey(client, flinks);
    // If Flinks cannot be reached, nobody knows whether the other key is right.
    const apiKey = token.state === 'fault' ? [] : [await checkApiKey(client)];
    return [configuration.ok('complete'), token, ...apiKey];
  } finally {
    client.close();
  }
}

/** Asks for an authorize token, which proves the address, the customer id and the secret key. */
async function checkSecretKey(
  client: FlinksClient,
  { baseUrl: url, proxy, authorizeTokens }: FlinksClientOptions,
): Promise<Finding> {
  const baseUrl = proxy ? `${url}, through ${describeProxy(proxy)},` : url;
  const finding = findingsOf('Flinks');
  if (authorizeTokens === false) return finding.ok(`${baseUrl} needs no secret key: FLINKS_AUTHORIZE_TOKENS is off`);
  try {
    await client.generateAuthorizeToken(AbortSignal.timeout(patienceMs));
    return finding.ok(`${baseUrl} accepts this secret key`);
  } catch (error) {
    if (!(error instanceof FlinksError))
      return finding.fault(`${baseUrl} did not answer within ${patienceMs / 1_000} s`, reachFix);
    if (error.meaning.type === 'FlinksConfiguration' && error.delivery === 'unsent')
      return finding.fault(`${baseUrl}: ${error.message}`, reachFix);
    if (error.meaning.type === 'FlinksConfiguration')
      return finding.fault(
        `${baseUrl} refuses our keys (${said(error)})`,
        'Check FLINKS_CUSTOMER_ID and FLINKS_SECRET_KEY, and that they belong to the instance at FLINKS_BASE_URL.',
      );
    if (error.facts.status !== undefined)
      return finding.fault(
        `${baseUrl} answered with an error (${said(error)}) when it was asked for an authorize token`,
        'Try again later. If the error stays, ask Flinks support.',
      );
    if (proxy) return finding.fault(error.message, reachFix);
    const code = /\(([A-Z][A-Z0-9_]+)\)/.exec(error.message)?.[1];
    return finding.fault(`${baseUrl} cannot be reached${code ? ` (${code})` : ''}`, reachFix);
  }
}

const reachFix = 'Check FLINKS_BASE_URL, the network, proxy and firewall between here and Flinks.';

/** Asks for a session that does not exist. Whatever Flinks says of the session, it has accepted the key. */
async function checkApiKey(client: FlinksClient): Promise<Finding> {
  const finding = findingsOf('Flinks data key');
  try {
    await client.getAccountsSummaryAsync(randomUUID(), AbortSignal.timeout(patienceMs));
    return finding.ok('is accepted');
  } catch (error) {
    if (!(error instanceof FlinksError) || error.delivery !== 'answered')
      return finding.warning('could not be checked, because Flinks gave no complete answer', 'Try again.');
    // In a session it means that the session is not authorized. There is none here.
    return error.meaning.type === 'FlinksConfiguration' || error.facts.code === 'UNAUTHORIZED'
      ? finding.fault(`is refused (${said(error)})`, 'Check FLINKS_API_KEY, the x-api-key of your Flinks instance.')
      : finding.ok('is accepted');
  }
}

const said = ({ facts }: FlinksError): string =>
  [facts.status, facts.code].filter((one) => one !== undefined).join(' ') || 'no status';
