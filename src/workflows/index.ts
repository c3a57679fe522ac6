// What a worker runs by default. The export's name is the workflow type.
import { runRetrieval } from './retrieve-account-details.js';

export { holdLogin } from './own-id.js';

export const retrieveAccountDetails = (input: unknown) => runRetrieval(input, { searchAttributes: true });
