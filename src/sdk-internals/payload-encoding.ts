// Needs the SDK's way from a value to a payload. No public door leads to it, and how large a result will be in Temporal is
// known only once it went this way.
import type { DataConverter, Payload } from '@temporalio/common';
import { encodeToPayload, loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';

/** The payload of a value: converted, compressed and encrypted as this converter does it, and not yet stored. */
export const encodedPayload = (converter: DataConverter, value: unknown): Promise<Payload> =>
  encodeToPayload(loadDataConverter(converter), value, undefined);
