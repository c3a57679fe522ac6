import { DEFAULT_KEYS, type Keys } from '../../simulator/defaults.js';
import type { FaultRule, RecordedRequest } from '../../simulator/server.js';
import { program } from './compiled-programs.js';
import { startChild, untilReady } from '../../dev/child.js';
import { localEnvironment } from '../../dev/local-environment.js';

/** A Flinks simulator in a process of its own, so that its record is nobody's but its own. */
export interface SimulatorProcess {
  url: string;
  keys: Keys;
  /** What came for this LoginId, in order. */
  requests(loginId: string): Promise<RecordedRequest[]>;
  /** How often each endpoint was asked for this LoginId. */
  counts(loginId: string): Promise<Record<string, number>>;
  /** What came and belongs to no login, such as a token that opened no session. */
  strays(): Promise<RecordedRequest[]>;
  inject(rule: FaultRule): Promise<void>;
  stop(): Promise<void>;
}

export async function startSimulatorProcess(): Promise<SimulatorProcess> {
  let url = '';
  let isListening = () => {};
  const listening = new Promise<void>((resolve) => (isListening = resolve));
  const log = (line: string): void => {
    // The one document that it prints; the lines after it are the requests.
    if (!line.startsWith('{')) return;
    ({ url } = JSON.parse(line) as { url: string });
    isListening();
  };
  const args = [...program('simulator/main'), '--port', '0', '--json'];
  const child = await startChild(process.execPath, args, { env: localEnvironment(), log });
  await untilReady(child, () => listening);

  const control = async <T>(path: string, body?: unknown): Promise<T> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${url}/_simulator/${path}`, init);
    if (!response.ok) throw new Error(`The simulator refused ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    url,
    keys: DEFAULT_KEYS,
    requests: (loginId) => control(`requests?loginId=${loginId}`),
    counts: (loginId) => control(`counts?loginId=${loginId}`),
    strays: async () => (await control<RecordedRequest[]>('requests')).filter(({ loginId }) => loginId === undefined),
    inject: async (rule) => void (await control('faults', rule)),
    stop: child.stop,
  };
}
