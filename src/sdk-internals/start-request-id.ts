// Needs the symbol under which the SDK takes the request id of a start. It has no public option for the id and sends a random
// one otherwise, so that a start that is sent again would begin a second run once the first has closed.
import { InternalWorkflowStartOptionsSymbol } from '@temporalio/client/lib/internal.js';

/** To be spread into the options of a start: the server then takes all starts with this id for one. */
export const withRequestId = (requestId: string) => ({ [InternalWorkflowStartOptionsSymbol]: { requestId } });
