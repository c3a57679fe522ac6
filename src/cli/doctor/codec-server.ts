// Checks whether the codec server can read what this process writes. The Web UI and the Temporal CLI ask it.
import { z } from 'zod';
import type { Environment } from '../../config/environment.js';
import { createEncryptionCodec } from '../../temporal/encryption/codec.js';
import { isEncrypted } from '../../temporal/encryption/envelope.js';
import type { PayloadConfig } from '../../temporal/settings.js';
import { findingsOf, type Finding } from './finding.js';
import { sameData, makeSample } from './payloads.js';

const replyTimeoutMs = 5_000;
const finding = findingsOf('codec server');

const base64 = z.base64().transform((text): Uint8Array => Buffer.from(text, 'base64'));
const reply = z.object({
  payloads: z.tuple([z.object({ metadata: z.record(z.string(), base64), data: base64 })]),
});

/**
 * Lets the codec server at TEMPORAL_CODEC_ENDPOINT, which is Temporal's own variable, decode a payload. The value of
 * TEMPORAL_CODEC_AUTH is sent as it is in the header `Authorization`.
 */
export async function checkCodecServer(
  environment: Environment,
  payloads: PayloadConfig,
  namespace: string,
): Promise<Finding> {
  const endpoint = environment['TEMPORAL_CODEC_ENDPOINT'];
  if (!endpoint) return finding.skipped('TEMPORAL_CODEC_ENDPOINT is not set');
  if (!payloads) return finding.skipped('PAYLOAD_ENCRYPTION is off, so there is nothing to decode');
  const address = `${endpoint.replaceAll('{namespace}', namespace).replace(/\/+$/, '')}/decode`;
  if (!URL.canParse(address) || !/^https?:/.test(address))
    return finding.fault(
      'TEMPORAL_CODEC_ENDPOINT is not an address',
      'Set it to an address such as http://127.0.0.1:8081.',
    );
  const { origin } = new URL(address);

  const sample = makeSample();
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
      `no codec server answers at ${origin}`,
      'Start one (npm run codec-server), or correct TEMPORAL_CODEC_ENDPOINT.',
    );
  if (response.status === 401 || response.status === 403)
    return finding.fault(
      `the codec server at ${origin} refuses this token (${response.status})`,
      `Set TEMPORAL_CODEC_AUTH to "Bearer …" with a token that may read namespace ${namespace}.`,
    );
  const [decoded] = reply.safeParse(await response.json().catch(() => undefined)).data?.payloads ?? [];
  if (!decoded)
    return finding.fault(
      `what answers at ${origin} is not a codec server (its answer was ${response.status})`,
      'Correct TEMPORAL_CODEC_ENDPOINT. The path /decode is added to it.',
    );
  if (sameData(decoded, sample)) return finding.ok(`the codec server at ${origin} can read what is written here`);
  return isEncrypted(decoded)
    ? finding.fault(
        `the codec server at ${origin} cannot read what is written here, because it has other keys`,
        'Give it the same PAYLOAD_KEYS and restart it.',
      )
    : finding.fault(
        `the codec server at ${origin} returned other data than was written`,
        'Check what runs at that address.',
      );
}
