// Asks each address of its arguments for an authorize token, and prints how that failed.
import { createFlinksClient } from '../../src/flinks/client.js';
import { FlinksError } from '../../src/flinks/errors.js';

const timeouts = { token: 5_000, authorize: 5_000, data: 5_000, poll: 5_000 };

async function ask(baseUrl: string) {
  const flinks = createFlinksClient({
    baseUrl,
    customerId: 'customer',
    secretKey: 'fictitious',
    apiKey: 'fictitious',
    maxResponseBytes: 1_000,
    timeouts,
  });
  const error = await flinks.generateAuthorizeToken().catch((error: unknown) => error);
  flinks.close();
  if (!(error instanceof FlinksError)) throw error;
  return { ...error.meaning, delivery: error.delivery, message: error.message };
}

process.stdout.write(JSON.stringify(await Promise.all(process.argv.slice(2).map(ask))));
