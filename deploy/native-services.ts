// The services of docker-compose.yml as processes of this machine.
import { execFile } from 'node:child_process';
import { startChild, type Child } from '../dev/child.js';
import { nativeCommand, nativeHealthCheck, type ComposeFile, type NativeCommand, type Places } from './compose-file.js';

export interface Ran {
  exit: number;
  stdout: string;
  stderr: string;
}

export interface NativeServices {
  /** Starts a service that stays up. */
  start(name: string, log?: (line: string) => void): Promise<Child>;
  /** Runs a service to its end, with arguments behind those of its container. */
  run(name: string, ...more: string[]): Promise<Ran>;
  /** Runs a service's health check. */
  isHealthy(name: string): Promise<boolean>;
}

/** The services of `compose`, with `places` to stand in for what only containers have. */
export function nativeServices({ services }: ComposeFile, places: Places): NativeServices {
  const service = (name: string) => {
    const found = services[name];
    if (!found) throw new Error(`There is no service ${name} in docker-compose.yml.`);
    return found;
  };
  return {
    async start(name, log) {
      const { command, args, env } = nativeCommand(service(name), places);
      return startChild(command, args, { env, log, graceMs: 40_000 });
    },
    run: (name, ...more) => run(nativeCommand(service(name), places, more)),
    isHealthy: async (name) => (await run(nativeHealthCheck(service(name), places))).exit === 0,
  };
}

const run = ({ command, args, env }: NativeCommand): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(command, args, { env, timeout: 180_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ exit: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr });
    });
  });
