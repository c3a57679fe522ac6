// Public clients of Flinks, as they are published, against the simulator in its mode of older integrations:
// npm run public-clients. They are fetched each time, and nothing of them stays.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Simulator, startSimulator } from '../simulator/server.js';
import { startChild } from './child.js';
import { findPip } from './pip-install.js';
import { untilSignal } from './signals.js';

const NODE_CLIENT = 'node-flinks@0.6.0';
const PYTHON_CLIENTS = ['pyflinks', 'flinks'];
const KEY_HEADERS = ['flinks-auth-key', 'x-api-key', 'authorization'];

const file = (name: string): string => fileURLToPath(new URL(`public-clients/${name}`, import.meta.url));

/** Runs a program and shows its lines behind `name`; throws if it does not end well. */
async function run(name: string, command: string, args: string[], env = process.env): Promise<void> {
  const { ended } = await startChild(command, args, { env, log: (line) => console.log(`${name}  ${line}`) });
  const { ok, how } = await ended;
  if (!ok) throw new Error(`${name} ${how}.`);
}

/** Takes one client through its flows, and checks that it came and that no key header came with it. */
async function tryClient(simulator: Simulator, name: string, flows: () => Promise<void>): Promise<boolean> {
  simulator.reset();
  try {
    await flows();
    const keyed = simulator.requests.filter(({ headers }) => KEY_HEADERS.some((key) => Object.hasOwn(headers, key)));
    if (simulator.requests.length === 0 || keyed.length > 0)
      throw new Error(`${keyed.length} of ${simulator.requests.length} requests had a key header.`);
    console.log(`${name}  all ${simulator.requests.length} requests went without a key header`);
    return true;
  } catch (error) {
    console.error(`${name}  failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function tryAll(simulator: Simulator, folder: string): Promise<number> {
  const python = await findPip(process.env);
  if (!python) throw new Error('There is no Python with pip on PATH.');
  const quiet = ['--quiet', '--no-input', '--disable-pip-version-check', '--only-binary', ':all:'];
  await run('pip', python, ['-m', 'pip', 'install', ...quiet, '--target', folder, '-r', file('requirements.txt')]);
  const npm = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', 'npm', [...npm, '--loglevel', 'error', NODE_CLIENT]);

  const target = [simulator.url, simulator.keys.customerId];
  const env = { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' };
  const results: boolean[] = [];
  for (const module of PYTHON_CLIENTS) {
    const flows = () => run(module, python, [file('flows.py'), module, ...target], env);
    results.push(await tryClient(simulator, module, flows));
  }
  const flows = () => run('node-flinks', process.execPath, [file('flows.mjs'), folder, ...target]);
  results.push(await tryClient(simulator, 'node-flinks', flows));
  return results.every(Boolean) ? 0 : 1;
}

const interrupted = untilSignal();
const folder = await mkdtemp(join(tmpdir(), 'public-clients-'));
const simulator = await startSimulator({ withoutKeys: true });
const work = tryAll(simulator, folder).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
});
const exitCode = await Promise.race([work, interrupted]);
await simulator.close();
await rm(folder, { recursive: true, force: true });
// Children that still run end with this process.
process.exit(exitCode);
