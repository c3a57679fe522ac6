// Whether Flinks is there and takes our keys. Nothing of this touches a bank.
import { randomUUID } from 'node:crypto';
import { loadWorkerConfig } from '../../config.js';
import { ConfigurationError, type Environment } from '../../config/environment.js';
import { createFlinksClient, type FlinksClient, type FlinksClientOptions } from '../../flinks/client.js';
import { FlinksError } from '../../flinks/errors.js';
import { findingsOf, type Finding } from './finding.js';

const patienceMs = 10_000;

/** Whether a worker could start here, whether Flinks is in reach, and whether it takes both keys. */
export async function flinksFindings(environment: Environment): Promise<Finding[]> {
  const configuration = findingsOf('Flinks configuration');
  const mend = 'Set the FLINKS_… variables as your Flinks instance was given to you; only workers need them.';
  if (!Object.entries(environment).some(([name, value]) => name.startsWith('FLINKS_') && value))
    return [configuration.warning('no FLINKS_… variable is set: no worker can start here', mend)];
  let flinks: FlinksClientOptions;
  try {
    flinks = loadWorkerConfig(environment).flinks;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [configuration.fault(error.message, mend)];
  }
  const client = createFlinksClient(flinks);
  try {
    const token = await tokenFinding(client, flinks);
    // Whether the other key fits is not to be known of a Flinks that cannot be reached.
    const apiKey = token.state === 'fault' ? [] : [await apiKeyFinding(client)];
    return [configuration.ok('fits'), token, ...apiKey];
  } finally {
    client.close();
  }
}

/** Minting a token proves address, customer id and secret key. */
async function tokenFinding(client: FlinksClient, { baseUrl }: FlinksClientOptions): Promise<Finding> {
  const finding = findingsOf('Flinks');
  try {
    await client.generateAuthorizeToken(AbortSignal.timeout(patienceMs));
    return finding.ok(`${baseUrl} mints authorize tokens with this secret key`);
  } catch (error) {
    if (!(error instanceof FlinksError))
      return finding.fault(`${baseUrl} gave no answer within ${patienceMs / 1_000} s`, reachMend);
    if (error.meaning.type === 'FlinksConfiguration')
      return finding.fault(
        `${baseUrl} refuses our keys (${said(error)})`,
        'Check FLINKS_CUSTOMER_ID and FLINKS_SECRET_KEY, and that FLINKS_BASE_URL is the instance they are for.',
      );
    if (error.delivery === 'answered')
      return finding.fault(
        `${baseUrl} mints no token (${said(error)})`,
        'Try again later; if it lasts, ask Flinks support.',
      );
    const code = /\((E[A-Z_]+)\)/.exec(error.message)?.[1];
    return finding.fault(`${baseUrl} cannot be reached${code ? ` (${code})` : ''}`, reachMend);
  }
}

const reachMend = 'Check FLINKS_BASE_URL, the network, proxy and firewall between here and Flinks.';

/** A session that does not exist is asked for: whatever is said of the session, the key was taken. */
async function apiKeyFinding(client: FlinksClient): Promise<Finding> {
  const finding = findingsOf('Flinks data key');
  try {
    await client.getAccountsSummaryAsync(randomUUID(), AbortSignal.timeout(patienceMs));
    return finding.ok('is taken');
  } catch (error) {
    if (!(error instanceof FlinksError) || error.delivery !== 'answered')
      return finding.warning('could not be checked: no whole answer came', 'Try again.');
    return error.meaning.type === 'FlinksConfiguration' || error.meaning.type === 'LoginRefused'
      ? finding.fault(`is refused (${said(error)})`, 'Check FLINKS_API_KEY, the x-api-key of your Flinks instance.')
      : finding.ok('is taken');
  }
}

const said = ({ facts }: FlinksError): string =>
  [facts.status, facts.code].filter((one) => one !== undefined).join(' ') || 'no status';
