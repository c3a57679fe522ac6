// Whether the codec server that the Web UI and the Temporal CLI ask reads what this process writes.
import { z } from 'zod';
import type { Environment } from '../../config/environment.js';
import { createEncryptionCodec } from '../../temporal/encryption/codec.js';
import { isEncrypted } from '../../temporal/encryption/envelope.js';
import type { PayloadConfig } from '../../temporal/payloads.js';
import { findingsOf, type Finding } from './finding.js';
import { sameData, samplePayload } from './payloads.js';

const replyTimeoutMs = 5_000;
const finding = findingsOf('codec server');

const base64 = z.base64().transform((text): Uint8Array => Buffer.from(text, 'base64'));
const reply = z.object({
  payloads: z.tuple([z.object({ metadata: z.record(z.string(), base64), data: base64 })]),
});

/**
 * Lets the codec server at TEMPORAL_CODEC_ENDPOINT, Temporal's own variable, decode a payload. TEMPORAL_CODEC_AUTH is
 * sent as it is for authorization.
 */
export async function codecServerFinding(
  environment: Environment,
  payloads: PayloadConfig,
  namespace: string,
): Promise<Finding> {
  const endpoint = environment['TEMPORAL_CODEC_ENDPOINT'];
  if (!endpoint) return finding.skipped('TEMPORAL_CODEC_ENDPOINT is not set');
  if (!payloads) return finding.skipped('PAYLOAD_ENCRYPTION is off: there is nothing to decode');
  const address = `${endpoint.replaceAll('{namespace}', namespace).replace(/\/+$/, '')}/decode`;
  if (!URL.canParse(address) || !/^https?:/.test(address))
    return finding.fault('TEMPORAL_CODEC_ENDPOINT is no address', 'Set it to such as http://127.0.0.1:8081.');
  const { origin } = new URL(address);

  const sample = samplePayload();
  const codec = createEncryptionCodec({ ...payloads, namespace });
  const [encrypted = sample] = await codec.encode([sample], { type: 'workflow', namespace, workflowId: 'doctor' });
  const inJson = {
    metadata: Object.fromEntries(
      Object.entries(encrypted.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    ),
    data: Buffer.from(encrypted.data ?? []).toString('base64'),
  };
  const authorization = environment['TEMPORAL_CODEC_AUTH'];
  const response = await fetch(address, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Namespace': namespace,
      ...(authorization && { Authorization: authorization }),
    },
    body: JSON.stringify({ payloads: [inJson] }),
    redirect: 'error',
    signal: AbortSignal.timeout(replyTimeoutMs),
  }).catch(() => undefined);

  if (!response)
    return finding.fault(
      `none answers at ${origin}`,
      'Start it (npm run codec-server), or correct TEMPORAL_CODEC_ENDPOINT.',
    );
  if (response.status === 401 || response.status === 403)
    return finding.fault(
      `the one at ${origin} refuses this token (${response.status})`,
      `Set TEMPORAL_CODEC_AUTH to "Bearer …" with a token that may read namespace ${namespace}.`,
    );
  const [decoded] = reply.safeParse(await response.json().catch(() => undefined)).data?.payloads ?? [];
  if (!decoded)
    return finding.fault(
      `${origin} answers ${response.status}, not as a codec server does`,
      'Correct TEMPORAL_CODEC_ENDPOINT; /decode is added to it.',
    );
  if (sameData(decoded, sample)) return finding.ok(`the one at ${origin} reads what is written here`);
  return isEncrypted(decoded)
    ? finding.fault(
        `the one at ${origin} cannot read what is written here: it has other keys`,
        'Give it the same PAYLOAD_KEYS and start it again.',
      )
    : finding.fault(`the one at ${origin} reads something else than was written`, 'Check what runs at that address.');
}
