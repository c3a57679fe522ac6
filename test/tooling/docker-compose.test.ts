import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { milliseconds, searchAttributes } from '../../src/contract.js';
import { readComposeFile, type Service } from '../../deploy/compose-file.js';
import { DEFAULT_KEYS } from '../../simulator/defaults.js';

const variables = { FLINKS_BASE_URL: 'https://flinks.example', FLINKS_CUSTOMER_ID: DEFAULT_KEYS.customerId };
const { services, networks, secrets, volumes } = await readComposeFile(variables);
const all = Object.entries(services);
const ours = all.filter(([, { build }]) => build !== undefined);
/** Each stage of a Dockerfile, and its steps as they are written. */
const stagesOf = (dockerfile: string) =>
  [...dockerfile.matchAll(/^FROM (?<base>\S+) AS (?<name>\S+)$(?<steps>[^]*?)(?=^FROM|$(?![^]))/gm)].map(
    ({ groups: { base = '', name = '', steps = '' } = {} }) => ({ base, name, steps }),
  );
const oneShot = ({ restart }: Service) => restart?.startsWith('on-failure');

test('docker compose brings up everything that the documentation names', () => {
  expect(Object.keys(services).toSorted()).toEqual([
    'codec-server',
    'grafana',
    'postgres',
    'prometheus',
    'simulator',
    'starter',
    'temporal',
    'temporal-namespace',
    'temporal-schema',
    'temporal-ui',
    'worker',
  ]);
  expect(services).toMatchObject({
    simulator: { profiles: ['simulator'] },
    prometheus: { profiles: ['monitoring'] },
    grafana: { profiles: ['monitoring'] },
  });
});

test('no port is published beyond this machine', () => {
  const published = all.flatMap(([, { ports = [] }]) => ports);
  expect(published).not.toEqual([]);
  expect(published.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
});

test('every image is pinned to a release', () => {
  expect(all.filter(([, { image }]) => !/:v?\d+\.\d+(\.\d+)?(-[a-z]+)?(@sha256:[0-9a-f]{64})?$/.test(image))).toEqual(
    [],
  );
});

test('the image is built on the same pinned release in each of its stages', async () => {
  const dockerfile = await readFile('Dockerfile', 'utf8');
  const stages = stagesOf(dockerfile).map(({ name }) => name);
  const bases = new Set(stagesOf(dockerfile).map(({ base }) => base));
  for (const stage of stages) bases.delete(stage);
  expect([...bases]).toEqual([expect.stringMatching(/^node:26\.\d+\.\d+-[a-z]+-slim$/)]);
});

test('the image of the product has nothing of the simulator, and is what is built if no target is named', async () => {
  const stages = stagesOf(await readFile('Dockerfile', 'utf8'));
  const production = stages.at(-1);
  expect(production?.name).toBe('production');
  expect(production?.steps).toMatch(/^USER node$/m);
  const copied = [...(production?.steps ?? '').matchAll(/--from=(\S+)/g)].map(([, from]) => from);
  expect(new Set(copied)).toEqual(new Set(['build']));
  expect(stages.find(({ name }) => name === 'build')?.steps).toMatch(/^RUN npm run build$/m);
  expect(JSON.parse(await readFile('tsconfig.build.json', 'utf8'))).toMatchObject({ include: ['src'] });
});

test('each service of ours is built from the stage that has its program, and no two stages share a tag', () => {
  const built = ours.map(([name, { build, image }]) => [name, build?.target, image.split(':')[0]]);
  expect(built).toEqual([
    ['codec-server', 'production', 'flinks-temporal'],
    ['worker', 'production', 'flinks-temporal'],
    ['starter', 'production', 'flinks-temporal'],
    ['simulator', 'simulator', 'flinks-temporal-simulator'],
  ]);
});

test.each(ours)('%s runs without rights, and writes nowhere but in its volumes', (_name, service) => {
  expect(service).toMatchObject({
    user: 'node',
    init: true,
    read_only: true,
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  expect(service.cap_add).toBeUndefined();
});

test.each(all)('%s gains no rights', (_name, { cap_drop, security_opt }) => {
  expect({ cap_drop, security_opt }).toEqual({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
});

test.each(all)('%s has a limit to its memory, which its page names', async (name, { mem_limit = '' }) => {
  expect(mem_limit).toMatch(/^\d+[mg]$/);
  const row = (await readFile('docs/docker.md', 'utf8')).split('\n').find((line) => line.startsWith(`| \`${name}\` `));
  expect(row).toContain(`| ${mem_limit.replace('m', ' MB').replace('g', ' GB')} `);
});

test('the worker gets longer to stop than it takes to put down its work', () => {
  const { stop_grace_period = '', environment = {} } = services['worker'] ?? {};
  expect(milliseconds(stop_grace_period)).toBeGreaterThan(milliseconds(String(environment['WORKER_SHUTDOWN_GRACE'])));
});

test('every service that stays up says whether it is well', () => {
  const staying = all.filter(([name, service]) => !oneShot(service) && name !== 'starter');
  expect(staying.filter(([, { healthcheck, restart }]) => !healthcheck || restart !== 'unless-stopped')).toEqual([]);
});

test('docker compose up --wait does not take the end of a service that sets something up for a fault', () => {
  const awaited = all
    .filter(([, service]) => !oneShot(service))
    .flatMap(([, { depends_on = {} }]) => Object.entries(depends_on))
    .filter(([, { condition }]) => condition === 'service_completed_successfully');
  const ending = all.filter(([, service]) => oneShot(service)).map(([name]) => name);
  expect(new Set(awaited.map(([name]) => name))).toEqual(new Set(ending));
});

test('secrets come from files, and no variable holds one', () => {
  expect(Object.values(secrets).every(({ file }) => file.startsWith('./deploy/secrets/'))).toBe(true);
  for (const [, { environment = {}, secrets: granted = [] }] of all) {
    const named = Object.entries(environment).filter(([name]) => /KEY|SECRET|PASSWORD|PWD|TOKEN/.test(name));
    expect(named.map(([, value]) => String(value)).toSorted()).toEqual(
      granted.map((one) => `/run/secrets/${one}`).toSorted(),
    );
    expect(granted.filter((one) => !(one in secrets))).toEqual([]);
  }
});

test('nobody but the browser of this machine can ask the codec server, and only the worker the simulator', () => {
  const membersOf = (network: string) =>
    all.filter(([, service]) => service.networks?.includes(network)).map(([name]) => name);
  expect(membersOf('codec')).toEqual(['codec-server']);
  expect(services['codec-server']?.networks).toEqual(['codec']);
  expect(membersOf('flinks')).toEqual(['worker', 'starter', 'simulator']);
  expect(membersOf('database')).toEqual(['postgres', 'temporal-schema', 'temporal']);
  expect(networks).toMatchObject({ database: { internal: true }, flinks: { internal: true } });
});

test('every network and volume that a service names is there', () => {
  for (const [, service] of all) {
    expect((service.networks ?? []).filter((name) => !(name in networks))).toEqual([]);
    const named = (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
    expect(named.filter((name) => !name.startsWith('./deploy/') && !(name in volumes))).toEqual([]);
  }
});

test('http to Flinks is refused unless it is asked for', () => {
  expect(services['worker']?.environment).toMatchObject({ FLINKS_ALLOW_HTTP: '0' });
});

test('without an address of Flinks it says what to do', async () => {
  await expect(readComposeFile({})).rejects.toThrow('FLINKS_BASE_URL is missing; run deploy/prepare');
});

test('the namespace gets the search attributes of the contract', async () => {
  const script = await readFile('deploy/temporal/set-up-namespace', 'utf8');
  const registered = [...script.matchAll(/attribute_is_registered (\w+) (\w+)$/gm)].map(([, name, type]) => [
    name,
    type,
  ]);
  const wanted = Object.entries(searchAttributes).map(([name, type]) => [name, type[0] + type.slice(1).toLowerCase()]);
  expect(registered).toEqual(wanted);
});
