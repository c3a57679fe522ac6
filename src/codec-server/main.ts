// The codec server as a process, and its configuration.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { checkEnvironment, ConfigurationError, readTogether, type Environment } from '../config/environment.js';
import { harmlessJson } from '../contract/harmless.js';
import { isLoopback } from '../config/address.js';
import { runProgram, toldToStop } from '../process/program.js';
import { createEncryptionCodec } from '../temporal/encryption/codec.js';
import { loadSettings, type PayloadConfig, type PayloadStore } from '../temporal/settings.js';
import { accessByToken, type CheckAccess } from './access.js';
import type { Decodable } from './decode.js';
import { originOf } from './origins.js';
import { createCodecServer, type AuditLine } from './server.js';

export interface CodecServerConfig {
  host: string;
  port: number;
  origins: string[];
  checkAccess: CheckAccess;
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
/** Whoever changes the keys on their way could sign tokens. A loopback address uses no network. */
function isSafeForKeys(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** An open codec server is for this machine only, and for the pages that it lists. */
const everybody: CheckAccess = async () => 'development';

/** The variables of the codec server, each with the sentence that docs/variables.md has. */
export const codecServerVariables = z
  .object({
    CODEC_HOST: z.string().min(1).default('127.0.0.1').describe('The address to listen on. Put TLS in front of it.'),
    CODEC_PORT: z
      .string()
      .regex(/^\d{1,5}$/, 'must be a port')
      .transform(Number)
      .default(8081)
      .describe('The port to listen on.'),
    CODEC_ORIGINS: list
      .refine(
        (origins) => origins.every((origin) => originOf(origin) !== undefined),
        'must be origins: scheme, host and port, such as https://ui.example.com',
      )
      .default([])
      .describe('The origins of your Web UI, comma-separated. No other page may call.'),
    CODEC_JWKS_URL: z
      .url('must be an address')
      .refine(isSafeForKeys, 'must begin with https://, except on a loopback address, and name no user')
      .optional()
      .describe('The keys of your identity provider, which verify bearer tokens. CODEC_JWT_SECRET may be set instead.'),
    CODEC_JWT_SECRET: z
      .string()
      .min(32, 'must be at least 32 characters')
      .optional()
      .describe('A shared secret that verifies bearer tokens if there is no CODEC_JWKS_URL.'),
    CODEC_AUDIENCE: z.string().min(1).optional().describe('The audience that tokens must be for.'),
    CODEC_ISSUER: z.string().min(1).optional().describe('The issuer that tokens must come from. Without it, any.'),
    CODEC_NAMESPACES: list
      .optional()
      .describe('Namespaces for every valid token, comma-separated, if tokens carry no permissions.'),
    CODEC_DEV_OPEN: z
      .enum(['0', '1', 'container'], 'must be 0, 1 or container')
      .default('0')
      .describe(
        '1 asks for no token, on a loopback address only. container does so in a container whose port is published on loopback.',
      ),
  })
  .transform((v, context): CodecServerConfig => {
    const refuse = (variable: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [variable], message });
    const server = { host: v.CODEC_HOST, port: v.CODEC_PORT, origins: v.CODEC_ORIGINS };
    if (v.CODEC_ORIGINS.length === 0)
      refuse('CODEC_ORIGINS', 'is missing: the origins of your Web UI, comma-separated');
    if (v.CODEC_DEV_OPEN !== '0') {
      // A container has to listen on all of its addresses. Which address of the machine is published is set outside of it.
      if (v.CODEC_DEV_OPEN === '1' && !isLoopback(v.CODEC_HOST))
        refuse(
          'CODEC_DEV_OPEN',
          'is for a loopback CODEC_HOST only ("container" is for a port that is published on loopback)',
        );
      return { ...server, checkAccess: everybody };
    }
    const verifyWith = v.CODEC_JWKS_URL
      ? { jwksUrl: new URL(v.CODEC_JWKS_URL) }
      : v.CODEC_JWT_SECRET && { secret: new TextEncoder().encode(v.CODEC_JWT_SECRET) };
    if (!verifyWith) refuse('CODEC_JWKS_URL', 'or CODEC_JWT_SECRET is missing: tokens are verified with one of them');
    if (!v.CODEC_AUDIENCE) refuse('CODEC_AUDIENCE', 'is missing: the audience that tokens must be for');
    if (!verifyWith || !v.CODEC_AUDIENCE) return z.NEVER;
    const options = { verifyWith, audience: v.CODEC_AUDIENCE, issuer: v.CODEC_ISSUER, namespaces: v.CODEC_NAMESPACES };
    return { ...server, checkAccess: accessByToken(options) };
  });

/** Reads `CODEC_…`. Throws a ConfigurationError. */
export const loadCodecServerConfig = (environment: Environment = process.env): CodecServerConfig =>
  checkEnvironment(codecServerVariables, environment, ['CODEC_JWT_SECRET']);

/** Starts the server and resolves once it listens. */
export async function startCodecServer(
  { host, port, origins, checkAccess }: CodecServerConfig,
  payloads: NonNullable<PayloadConfig>,
  audit: (line: AuditLine) => void,
  store?: PayloadStore,
): Promise<FastifyInstance> {
  const codecFor = (namespace: string, inflatable: Decodable) =>
    createEncryptionCodec({ keys: payloads.keys, namespace, inflatable });
  const server = createCodecServer({ codecFor, store, origins, checkAccess, audit });
  await server.listen({ host, port });
  return server;
}

async function main(environment: Environment = process.env): Promise<number> {
  const [config, { payloads, store }] = readTogether(
    () => loadCodecServerConfig(environment),
    () => loadSettings(environment, ['payloads', 'store']),
  );
  if (!payloads)
    throw new ConfigurationError([
      { variable: 'PAYLOAD_ENCRYPTION', problem: 'is off: a codec server is of no use without encryption' },
    ]);
  const audit = (line: AuditLine) => process.stdout.write(`${harmlessJson(line)}\n`);
  const server = await startCodecServer(config, payloads, audit, store);
  process.stderr.write(`codec server ready: http://${config.host}:${config.port}\n`);
  await toldToStop();
  await server.close();
  return 0;
}

await runProgram(import.meta.url, 'codec server', main);
