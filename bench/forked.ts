import { fork } from 'node:child_process';
import { once } from 'node:events';
import { localEnvironment } from '../dev/local-environment.js';
import { milliseconds } from '../src/contract.js';
import type { Flow } from './contender.js';

/** What a forked program is told: a flow, with its interval in milliseconds. */
export type Order = Omit<Flow, 'interval'> & { interval: number };

/** What it says: that it is ready, and then of each flow that it is done. */
export type Reply = 'ready' | { loginId: string; error?: string };

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** Starts a program that is told flows in messages, and resolves when it is ready for them. */
export async function startForked(program: string, environment: Record<string, string>) {
  const child = fork(program, { execArgv: ['--import', 'tsx'], env: localEnvironment(environment) });
  const exited = once(child, 'exit');
  const waiting = new Map<string, Waiting>();
  const died = (): Error => new Error(`${program} has ended.`);
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (reply: Reply) => {
      if (reply === 'ready') return resolve();
      const flow = waiting.get(reply.loginId);
      waiting.delete(reply.loginId);
      if (reply.error === undefined) flow?.resolve();
      else flow?.reject(new Error(reply.error));
    });
    child.once('exit', () => {
      reject(died());
      for (const flow of waiting.values()) flow.reject(died());
    });
  });
  await ready;
  return {
    pid: child.pid ?? 0,
    run: (flow: Flow): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.set(flow.loginId, { resolve, reject });
        const order: Order = { ...flow, interval: milliseconds(flow.interval) };
        child.send(order);
      }),
    stop: async (): Promise<void> => {
      child.kill();
      await exited;
    },
  };
}
