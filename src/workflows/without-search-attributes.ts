// What a worker runs with SEARCH_ATTRIBUTES=off, where a namespace has none registered and nobody may add them.
import { runRetrieval } from './retrieve-account-details.js';

export const retrieveAccountDetails = (input: unknown) => runRetrieval(input, { searchAttributes: false });
