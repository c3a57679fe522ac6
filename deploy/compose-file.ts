// docker-compose.yml as data, and its services as programs of this machine: no engine is needed to try what it says.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { localEnvironment } from '../dev/local-environment.js';

export interface Service {
  image: string;
  build?: { context: string; target: string };
  user?: string;
  mem_limit?: string;
  profiles?: string[];
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  networks?: string[];
  volumes?: string[];
  secrets?: string[];
  tmpfs?: string[];
  init?: boolean;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  restart?: string;
  stop_grace_period?: string;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

export interface ComposeFile {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
  secrets: Record<string, { file: string }>;
}

/** The file that is brought up, or another text; `variables` are what compose takes from `.env`. */
export async function readComposeFile(variables: Record<string, string>, text?: string): Promise<ComposeFile> {
  const path = fileURLToPath(new URL('../docker-compose.yml', import.meta.url));
  const content = parse(text ?? (await readFile(path, 'utf8')), { merge: true }) as ComposeFile;
  return substituted(content, (value) => value.replace(variable, (...found) => valueOf(found.at(-1), variables)));
}

const variable = /\$\{(?<name>\w+)(?::(?<kind>[-?])(?<word>[^}]*))?\}/g;

function valueOf(found: { name: string; kind?: string; word?: string }, variables: Record<string, string>): string {
  const value = variables[found.name];
  if (value) return value;
  if (found.kind === '?') throw new Error(`${found.name} ${found.word}`);
  return found.word ?? '';
}

function substituted<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => substituted(one, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substituted(one, change)])) as T;
}

/** What stands on this machine in place of a name, port or path of the containers. */
export type Places = Record<string, string>;

export interface NativeCommand {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** The program that a service's container runs, as one of this machine, with `more` arguments. */
export function nativeCommand(service: Service, places: Places, more: string[] = []): NativeCommand {
  return native([...(service.entrypoint ?? []), ...(service.command ?? []), ...more], service, places);
}

/** The program that tells whether a service's container is healthy. */
export function nativeHealthCheck(service: Service, places: Places): NativeCommand {
  const [kind, ...words] = service.healthcheck?.test ?? [];
  if (kind !== 'CMD') throw new Error('There is no health check, or it needs a shell.');
  return native(words, service, places);
}

function native(words: string[], service: Service, places: Places): NativeCommand {
  const names = Object.keys(places).toSorted((a, b) => b.length - a.length);
  const alternatives = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  // Whole words only: the host postgres is not meant in postgres_password.
  const pattern = new RegExp(`(?<!\\w)(?:${alternatives})(?!\\w)`, 'g');
  const placed = <T>(value: T): T =>
    substituted(value, (text) => text.replace(pattern, (name) => places[name] ?? name));
  const environment = Object.entries(service.environment ?? {}).map(([name, value]) => [name, placed(String(value))]);
  const [command = '', ...args] = placed(words);
  // A container has no other variables than these.
  const { PATH, HOME, TEMPORAL_CONFIG_FILE } = localEnvironment();
  const env = { PATH, HOME, TEMPORAL_CONFIG_FILE, ...Object.fromEntries(environment) };
  return command === 'node'
    ? { command: process.execPath, args: args.flatMap(fromSource), env }
    : { command, args, env };
}

/** The image holds compiled programs; here the sources are what is tried, so that nothing old is tried by mistake. */
function fromSource(argument: string): string[] {
  const [, program] = /^dist\/(.+)\.js$/.exec(argument) ?? [];
  return program === undefined ? [argument] : ['--import', 'tsx', `${program}.ts`];
}
