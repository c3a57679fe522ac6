/** What a customer of Flinks holds: the GUID of the path, the key that mints tokens, the key of the data endpoints. */
export interface Keys {
  customerId: string;
  secretKey: string;
  apiKey: string;
}

/** The simulator's own keys. They open nothing but a simulator, so they may stand in examples and logs. */
export const DEFAULT_KEYS: Readonly<Keys> = {
  customerId: '5c00c057-0000-4000-8000-000000000001',
  secretKey: 'simulator-secret-key',
  apiKey: 'simulator-api-key',
};

export const DEFAULT_PORT = 8090;

/** The environment of a worker that is to talk to the simulator at `url`. */
export function workerEnvironment(url: string, keys: Keys, withoutTokens = false): Record<string, string> {
  return {
    FLINKS_BASE_URL: url,
    FLINKS_CUSTOMER_ID: keys.customerId,
    ...(withoutTokens ? { FLINKS_AUTHORIZE_TOKENS: 'off' } : { FLINKS_SECRET_KEY: keys.secretKey }),
    FLINKS_API_KEY: keys.apiKey,
  };
}
