// Needs the module in which the SDK decodes references to stored payloads, and that the SDK calls it through the module's
// exports. The SDK throws at a reference that it cannot decode, and offers no other place to catch that before the workflow
// task fails: whoever may send a signal could stop a run for good.
import extstore from '@temporalio/common/lib/internal-non-workflow/extstore-helpers.js';

const { decodeReferencePayload } = extstore;

/**
 * Has the SDK take a reference that cannot be decoded for a reference to a driver that nobody has. It then asks the external
 * storage for the driver, which answers with an undecodable payload. For this whole process.
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
