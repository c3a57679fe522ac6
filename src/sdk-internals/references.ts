// Needs the SDK's form of a reference to a stored payload. The SDK follows references by itself; the codec server has to do
// it for people, and no public door tells what is a reference and what it says.
export { decodeReferencePayload, isReferencePayload } from '@temporalio/common/lib/internal-non-workflow/index.js';
