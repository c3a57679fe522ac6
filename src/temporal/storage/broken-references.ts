// References that are none, in a worker and in a replay.
import extstore from '@temporalio/common/lib/internal-non-workflow/extstore-helpers.js';

const { decodeReferencePayload } = extstore;

/**
 * Has the SDK take a reference that is none, such as one of broken JSON, for one to a driver that nobody has. The SDK asks
 * no driver about these and throws, and it leaves no other place to catch that before the workflow task fails.
 */
export function followBrokenReferences(): void {
  extstore.decodeReferencePayload = (payload) => {
    try {
      return decodeReferencePayload(payload);
    } catch {
      return { driverName: 'unreadable', claimData: {}, sizeBytes: 0 };
    }
  };
}
