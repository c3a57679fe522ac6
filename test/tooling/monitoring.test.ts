import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { failureTypes } from '../../src/contract.js';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { meaning: string };
}

const alerts = await readFile('deploy/prometheus/alerts.yml', 'utf8');
const dashboard = await readFile('deploy/grafana/dashboards/flinks-temporal.json', 'utf8');
const { groups } = parse(alerts) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

/** The names that a worker gives its own metrics, without what Prometheus adds to those of a histogram. */
const product = [
  'flinks_runs_total',
  'flinks_time_to_result_seconds',
  'flinks_answer_wait_seconds',
  'flinks_polls_per_run',
  'flinks_calls_total',
  'flinks_call_duration_seconds',
];

const namedIn = (text: string) => new Set([...text.matchAll(/\bflinks_\w+?(?=_bucket\b|\b)/g)].map(([name]) => name));

test('the dashboard shows every metric of the product, and no other', () => {
  expect([...namedIn(dashboard)].toSorted()).toEqual(product.toSorted());
});

test('alerts ask for outcomes that a run can have', () => {
  expect([...namedIn(alerts)].filter((name) => !product.includes(name))).toEqual([]);
  const named = [...alerts.matchAll(/outcome!?=~?"([^"]+)"/g)].flatMap(([, outcomes = '']) => outcomes.split('|'));
  const known: string[] = [...failureTypes, 'completed', 'cancelled'];
  expect(named.filter((outcome) => !known.includes(outcome))).toEqual([]);
});

test('every alert says in plain words what it means, and the documentation repeats it', async () => {
  const documentation = await readFile('docs/operations/watching.md', 'utf8');
  for (const { alert, labels, annotations } of rules) {
    expect(['page', 'ticket']).toContain(labels.severity);
    expect(annotations.meaning).toMatch(/^[A-Z].*\.$/);
    expect(documentation).toContain(`\`${alert}\``);
  }
});

test('every panel says what it shows, and asks the data source that is provisioned', async () => {
  const { panels } = JSON.parse(dashboard) as {
    panels: { title: string; description: string; datasource: { uid: string } }[];
  };
  const source = parse(await readFile('deploy/grafana/provisioning/datasources/prometheus.yml', 'utf8')) as {
    datasources: { uid: string; url: string }[];
  };
  expect(source.datasources).toMatchObject([{ url: 'http://prometheus:9090' }]);
  expect(new Set(panels.map(({ datasource }) => datasource.uid))).toEqual(
    new Set(source.datasources.map(({ uid }) => uid)),
  );
  expect(panels.filter(({ description }) => !description.endsWith('.'))).toEqual([]);
});

const promtool = spawnSync('promtool', ['--version']).status === 0;

// Debian has promtool in its package prometheus.
describe.skipIf(!promtool)('promtool', () => {
  const check = (...args: string[]) => execFileSync('promtool', args, { encoding: 'utf8' });

  test('accepts configuration and rules', () => {
    expect(check('check', 'config', 'deploy/prometheus/prometheus.yml')).toContain('SUCCESS');
  });

  test('sees each alert fire when it should, and none when all is well', () => {
    expect(check('test', 'rules', 'test/support/alerts.yml')).toContain('SUCCESS');
  });

  test('understands every question of the dashboard', () => {
    const { panels } = JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] };
    const questions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const rules = questions.map((expr, n) => ({
      record: `question${n}`,
      expr: expr.replaceAll('$__rate_interval', '1m'),
    }));
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
    const file = join(folder, 'questions.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    try {
      expect(check('check', 'rules', file)).toContain(`${rules.length} rules`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
