import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { FastifyInstance } from 'fastify';
import { SignJWT } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../dev/ports.js';
import { startTemporalServer, type TemporalServer } from '../../dev/temporal-server.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { createActivities } from '../../src/activities/index.js';
import { AccountDetailsClient } from '../../src/client.js';
import { accessByToken } from '../../src/codec-server/access.js';
import { createCodecServer } from '../../src/codec-server/server.js';
import { loadWorkerConfig } from '../../src/config.js';
import { taskQueue } from '../../src/contract.js';
import { createFlinksClient } from '../../src/flinks/client.js';
import { createEncryptionCodec } from '../../src/temporal/encryption/codec.js';
import { dataConverterFor, loadPayloadConfig } from '../../src/temporal/payloads.js';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes.js';
import { bundleWorkflows } from '../../src/worker/bundle/bundle.js';
import { chromiumPath, startChromium } from '../support/chromium.js';

const secret = randomBytes(32);
const audience = 'codec';
/** Screenshots for the docs are taken only when asked for: `SCREENSHOTS=docs npm test -- web-ui`. */
const pictures = process.env['SCREENSHOTS'];

// Without a browser on this machine there is nothing to look with; `.ci/run` installs one.
describe.skipIf(!chromiumPath)('the Web UI', () => {
  let folder: string;
  let temporal: TemporalServer;
  let simulator: Simulator;
  let codec: FastifyInstance;
  let tls: Server;
  let connection: NativeConnection;
  let browser: Browser;
  let run: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'web-ui-'));
    const [uiPort = 0, tlsPort = 0] = await freePorts(2);
    const payloads = loadPayloadConfig({ PAYLOAD_KEYS: `ui:${randomBytes(32).toString('base64')}` });
    if (!payloads) throw new Error('There is no key.');
    codec = createCodecServer({
      codecFor: (namespace) => createEncryptionCodec({ ...payloads, namespace }),
      origins: [`http://127.0.0.1:${uiPort}`],
      checkAccess: accessByToken({ verifyWith: { secret }, audience }),
      audit: () => undefined,
    });
    await codec.listen({ host: '127.0.0.1', port: 0 });
    tls = await behindTls(folder, (codec.server.address() as AddressInfo).port, tlsPort);
    temporal = await startTemporalServer({ uiPort, codecEndpoint: `https://127.0.0.1:${tlsPort}` });
    simulator = await startSimulator();

    connection = await NativeConnection.connect({ address: temporal.address });
    await ensureSearchAttributes(connection, 'default');
    const config = loadWorkerConfig(workerEnvironment(simulator.url, simulator.keys));
    const dataConverter = dataConverterFor(payloads, 'default', 'worker');
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle: await bundleWorkflows({ searchAttributes: true, encryption: true }),
      dataConverter,
      activities: createActivities(createFlinksClient(config.flinks), config.retries),
    });
    const client = new AccountDetailsClient(new Client({ connection, dataConverter }));
    await worker.runUntil(async () => {
      const { workflowId, runId } = await client.start({
        login: { loginId: loginIdFor('one-account') },
        tag: 'readable-tag',
      });
      await client.result(workflowId);
      run = `${temporal.uiUrl}/namespaces/default/workflows/${workflowId}/${runId}/history`;
    });
    browser = await startChromium();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await connection?.close();
    await simulator?.close();
    await temporal?.stop();
    tls?.close();
    await codec?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens the run's page as an operator who is logged in, or as anybody. A logged-in UI sends the token by itself. */
  async function open(token?: string, onDecode: (status: number) => void = () => {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
    page.on('response', (response) => response.url().includes('/decode') && onDecode(response.status()));
    if (token !== undefined)
      await page.route(/\/decode/, (route) =>
        route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${token}` } }),
      );
    await page.goto(run, { waitUntil: 'domcontentloaded' });
    await page
      .getByText('WorkflowExecutionCompleted')
      .or(page.getByText('Workflow Execution Completed'))
      .first()
      .waitFor();
    return page;
  }

  test('shows a run’s input and result to an operator with a token', async () => {
    const token = await new SignJWT({ permissions: ['default:read'] })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience(audience)
      .setExpirationTime('5 minutes')
      .sign(secret);
    const page = await open(token);
    await page.getByText('readable-tag').first().waitFor();
    await page.getByText('accountNumber').first().waitFor();
    expect(await page.content()).toContain('readable-tag');
    if (pictures) await page.screenshot({ path: `${pictures}/web-ui-with-token.png` });
  });

  test('shows neither to anybody without one', async () => {
    const refusals: number[] = [];
    const page = await open(undefined, (status) => refusals.push(status));
    await expect.poll(() => refusals.length, { timeout: 20_000 }).toBeGreaterThan(1);
    await page.getByText('Codec Server could not connect').filter({ visible: true }).first().waitFor();
    expect(new Set(refusals)).toEqual(new Set([401]));
    const shown = await page.content();
    expect(shown).not.toContain('readable-tag');
    expect(shown).not.toContain('accountNumber');
    if (pictures) await page.screenshot({ path: `${pictures}/web-ui-without-token.png` });
  });
});

/** A TLS end in front of the codec server, as a load balancer would be. */
async function behindTls(folder: string, target: number, port: number): Promise<Server> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ]);
  const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (request, response) => {
    const { method, url, headers } = request;
    const onward = httpRequest({ host: '127.0.0.1', port: target, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return server;
}
