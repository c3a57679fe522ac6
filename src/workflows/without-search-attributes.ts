// What a worker runs with SEARCH_ATTRIBUTES=off, for a namespace that has none and whose users may not add any.
import { runRetrieval } from './retrieve-account-details.js';

export { holdLogin } from './own-id.js';

export const retrieveAccountDetails = (input: unknown) => runRetrieval(input, { searchAttributes: false });
