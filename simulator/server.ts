import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createClock } from './clock.js';
import { control, CONTROL_PATH } from './control.js';
import { DEFAULT_KEYS, type Keys } from './defaults.js';
import { deliver, send } from './deliver.js';
import type { FaultRule } from './faults.js';
import { createFlinks } from './flinks.js';
import { incomingFrom, readText, recordFrom } from './incoming.js';
import { type Marks, withMarks, withoutMarks } from './marks.js';
import { createRecorder, type RecordedRequest } from './record.js';
import { page } from './replies.js';

export type { FaultRule } from './faults.js';
export type { Marks } from './marks.js';
export type { RecordedRequest } from './record.js';
export { answersFor, loginIdFor, SCENARIOS } from './scenarios.js';

export interface SimulatorOptions {
  /** 0, the default, takes a free port. */
  port?: number;
  host?: string;
  /** Chooses the account data and which of the sandbox's questions is asked. */
  seed?: number;
  /** The time in milliseconds, for instance that of a time-skipping server. */
  now?: () => number | Promise<number>;
  keys?: Partial<Keys>;
  /** An older instance: it mints no authorize tokens and asks for none. */
  withoutTokens?: boolean;
  /** Texts that end what they mark, so that it is found wherever it went. */
  marks?: Partial<Marks>;
  /** Gets one line for each request, without bodies and keys. */
  log?: (line: string) => void;
}

/** A Flinks over HTTP. */
export interface Simulator {
  url: string;
  keys: Keys;
  /** What came, in order; the array is live. */
  requests: RecordedRequest[];
  advanceClock(ms: number): void;
  inject(rule: FaultRule): void;
  /** Back to the first moment: no record, sessions, saved logins or injected faults, and the clock of `now`. */
  reset(): void;
  /** Ends every socket, also those with a request that is still open. */
  close(): Promise<void>;
}

// Longer than any poll interval of a test, so that no kept-alive socket is closed just as the next request leaves.
const KEEP_ALIVE_MS = 120_000;

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', seed = 1, withoutTokens = false, marks = {}, log } = options;
  const keys: Keys = { ...DEFAULT_KEYS, ...options.keys };
  const clock = createClock(options.now);
  const flinks = createFlinks(keys, seed, withoutTokens);
  const recorder = createRecorder();
  let closing = false;

  const controls = {
    requests: recorder.requests,
    advanceClock: (ms: number) => clock.advance(ms),
    inject: (rule: FaultRule) => flinks.inject(rule),
    reset() {
      recorder.clear();
      flinks.reset();
      clock.reset();
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    void closed.then(() => gone.abort());

    const text = await readText(request);
    if (request.url?.startsWith(CONTROL_PATH)) return control(controls, request, response, text);
    const incoming = incomingFrom(request, text, await clock.now());
    if (!incoming) return send(response, page(404, 'Not Found'));

    const outcome = flinks.handle(withoutMarks(incoming, marks));
    const reply = withMarks(outcome.reply, marks);
    const record = recorder.open(recordFrom(incoming, outcome, text), outcome.call.token);
    void closed.then(async () => {
      const closedByUs = closing || outcome.fault?.kind.startsWith('reset-') === true;
      if (!response.writableFinished && !closedByUs) record.abortedByClient = true;
      await recorder.close(record, clock.now());
    });

    const begin = (): void => {
      const code = reply.body?.['FlinksCode'];
      record.status = reply.status;
      if (typeof code === 'string') record.code = code;
    };
    await deliver({ response, reply, begin, gone: gone.signal }, outcome.fault).catch((error: unknown) => {
      if (!gone.signal.aborted) throw error;
    });
    log?.(
      [record.method, record.endpoint, record.loginId ?? '-', record.status ?? 'no reply', record.code ?? ''].join(' '),
    );
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A client may leave in the middle of its own request. Anything else is a mistake in here, and a test has to see it.
      if (response.destroyed || response.headersSent) return void response.destroy();
      log?.(`The simulator failed: ${String(error)}`);
      send(response, page(500, 'The simulator failed'));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const openPort = typeof address === 'object' && address ? address.port : port;

  return {
    ...controls,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${openPort}`,
    keys,
    close: () => {
      closing = true;
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
