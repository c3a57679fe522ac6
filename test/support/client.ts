import { Client, Connection } from '@temporalio/client';
import { AccountDetailsClient } from '../../src/client.js';
import { testConverter } from './encryption.js';

/** The client library at this Temporal server, with the key of the tests. The test closes it. */
export async function clientAt(address: string): Promise<AccountDetailsClient> {
  const connection = await Connection.connect({ address });
  return new AccountDetailsClient(new Client({ connection, dataConverter: testConverter() }));
}
