// A reference proves that our side made it, for one workflow of one namespace: its claim holds itself once more, encrypted
// as every payload of that workflow is. Without that, a reference that anybody can send would have a worker look for objects.
import { StorageDriverClaim, type Payload, type PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { isUndecodable } from '../encryption/codec.js';
import { workflowIdOf } from '../encryption/envelope.js';

const { Payload: wire } = proto.temporal.api.common.v1;
const proofName = 'proof';

/** A claim on a payload, and the name of the driver that made it. */
export interface DriverClaim {
  driverName: string;
  claim: StorageDriverClaim;
}

/** The claim with its proof. Without encryption there is none. */
export async function proven(
  { driverName, claim }: DriverClaim,
  codec: PayloadCodec | undefined,
  owner: { namespace: string; workflowId: string } | undefined,
): Promise<StorageDriverClaim> {
  const context = owner && ({ type: 'workflow', ...owner } as const);
  const [sealed] = (await codec?.encode([said(driverName, claim)], context)) ?? [];
  if (!sealed) return claim;
  const proof = Buffer.from(wire.encode(sealed).finish()).toString('base64');
  return new StorageDriverClaim({ ...claim.claimData, [proofName]: proof });
}

export function withoutProof({ claimData }: StorageDriverClaim): StorageDriverClaim {
  const { [proofName]: _, ...rest } = claimData;
  return new StorageDriverClaim(rest);
}

/** Whether a claim was made for this workflow. Rejects with UnknownPayloadKey if only a missing key could tell. */
export async function isProven(
  { driverName, claim }: DriverClaim,
  codec: PayloadCodec,
  owner: { namespace: string; workflowId: string },
): Promise<boolean> {
  const sealed = sealedIn(claim);
  // What belongs to the whole namespace proves nothing about this workflow.
  if (!sealed || workflowIdOf(sealed) !== owner.workflowId) return false;
  const [read] = await codec.decode([sealed], { type: 'workflow', ...owner });
  if (!read || isUndecodable(read)) return false;
  return Buffer.from(read.data ?? []).equals(said(driverName, withoutProof(claim)).data);
}

function sealedIn({ claimData }: StorageDriverClaim): Payload | undefined {
  try {
    return wire.decode(Buffer.from(claimData[proofName] ?? '', 'base64'));
  } catch {
    return undefined;
  }
}

/** What a proof says. */
const said = (driverName: string, { claimData }: StorageDriverClaim) => ({
  metadata: { encoding: Buffer.from('binary/plain') },
  data: Buffer.from(
    JSON.stringify([
      driverName,
      ...Object.keys(claimData)
        .toSorted()
        .map((key) => [key, claimData[key]]),
    ]),
  ),
});
