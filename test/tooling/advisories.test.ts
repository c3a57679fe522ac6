import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { knownAdvisories, readAudit } from '../../dev/advisories.js';

/** As npm 11 printed it for a registry that knows of a high advisory against axios and a low one against ms. */
const recorded = {
  auditReportVersion: 2,
  vulnerabilities: {
    '@temporalio/common': {
      name: '@temporalio/common',
      severity: 'high',
      isDirect: true,
      via: ['axios', 'ms'],
      effects: ['@temporalio/client'],
      range: '',
      nodes: ['node_modules/@temporalio/common'],
      fixAvailable: false,
    },
    axios: {
      name: 'axios',
      severity: 'high',
      isDirect: true,
      via: [
        {
          source: 1,
          name: 'axios',
          dependency: 'axios',
          title: 'axios leaks',
          url: 'https://advisories.example/1',
          severity: 'high',
          cwe: [],
          cvss: { score: 7.5, vectorString: null },
          range: '<9.0.0',
        },
      ],
      effects: [],
      range: '<9.0.0',
      nodes: ['node_modules/axios'],
      fixAvailable: false,
    },
    ms: {
      name: 'ms',
      severity: 'low',
      isDirect: false,
      via: [
        {
          source: 2,
          name: 'ms',
          dependency: 'ms',
          title: 'ms is slow',
          url: 'https://advisories.example/2',
          severity: 'low',
          cwe: [],
          cvss: { score: 2, vectorString: null },
          range: '<9.0.0',
        },
      ],
      effects: ['@temporalio/common'],
      range: '',
      nodes: ['node_modules/ms'],
      fixAvailable: false,
    },
  },
  metadata: { vulnerabilities: { info: 0, low: 1, moderate: 0, high: 2, critical: 0, total: 3 } },
};

const read = (printed: object) => readAudit(JSON.stringify(printed));

test('a high advisory against what ships is named once, and a low one is let pass', () => {
  expect(read(recorded)).toEqual({ serious: ['axios: axios leaks (high) https://advisories.example/1'] });
});

test('a critical advisory is refused like a high one', () => {
  const { axios } = recorded.vulnerabilities;
  const critical = { ...axios, severity: 'critical', via: axios.via.map((one) => ({ ...one, severity: 'critical' })) };
  expect(read({ ...recorded, vulnerabilities: { axios: critical } })).toEqual({
    serious: ['axios: axios leaks (critical) https://advisories.example/1'],
  });
});

test('nothing known is nothing said', () => {
  expect(read({ auditReportVersion: 2, vulnerabilities: {}, metadata: {} })).toEqual({ serious: [] });
});

test('a registry without the end point, or away, is told from one that knows of nothing', () => {
  const message =
    '405 Method Not Allowed - POST https://somebody:secret@registry.example/-/npm/v1/security/advisories/bulk';
  const nothing = { summary: '', detail: '' };
  expect(read({ message, method: 'POST', statusCode: 405, body: '', error: nothing })).toEqual({
    unanswered: 'it answers 405',
  });
  const away = 'request to https://registry.example/ failed, reason: connect ECONNREFUSED 127.0.0.1:9';
  expect(read({ message: away, error: nothing })).toEqual({ unanswered: 'it cannot be reached' });
});

test.each([
  [
    'no lock file',
    JSON.stringify({ error: { code: 'ENOLOCK', summary: 'This command requires an existing lockfile.' } }),
    'existing lockfile',
  ],
  ['another report', '{}', 'no report'],
  ['no report at all', '', 'JSON'],
])('%s is no proof of anything, and fails', (_, printed, why) => {
  expect(() => readAudit(printed)).toThrow(why);
});

test('npm asks the registry about what ships, and about nothing else', { timeout: 60_000 }, async () => {
  const asked: { path: string | undefined; names: string[] }[] = [];
  const registry = createServer((request, response) => {
    const { url: path, headers } = request;
    void buffer(request).then((body) => {
      const json = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      asked.push({ path, names: Object.keys(JSON.parse(json.toString()) as object) });
      response.writeHead(405).end('{}');
    });
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void registry.close());
  const { port } = registry.address() as AddressInfo;
  const found = await knownAdvisories({ ...process.env, npm_config_registry: `http://127.0.0.1:${port}/` });
  expect(found).toEqual({ unanswered: 'it answers 405' });
  expect(asked.map(({ path }) => path)).toEqual(['/-/npm/v1/security/advisories/bulk']);
  expect(asked[0]?.names).toContain('axios');
  expect(asked[0]?.names).not.toContain('vitest');
});
