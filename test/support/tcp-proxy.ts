import { connect, createServer, type Socket } from 'node:net';

/**
 * How a network fails. `refused`: open connections are reset and no new one is taken. `silent`: nothing passes and nobody
 * is told; what was sent meanwhile arrives afterwards. `half-open`: the connections of before are dead for good without
 * either side being told, and new ones are neither refused nor served.
 */
export type Outage = 'refused' | 'silent' | 'half-open';

export interface TcpProxy {
  /** Host and port to connect to instead of the target. */
  address: string;
  fail(how: Outage): void;
  /** New connections pass again, and so do those that were only silent. */
  mend(): void;
  close(): Promise<void>;
}

/** A network between two programs on this machine that a test can break. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const pairs = new Set<readonly [Socket, Socket]>();
  let outage: Outage | undefined;

  const server = createServer({ pauseOnConnect: true }, (near) => {
    if (outage === 'refused') return void near.resetAndDestroy();
    const far = connect(Number(port), hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('data', (bytes: Buffer) => to.write(bytes));
      // Neither end hears of the other's while the network is away; a dead pair stays so.
      from.on('close', () => {
        if (outage === undefined || outage === 'refused') to.destroy();
        pairs.delete(pair);
        if (!to.destroyed) orphans.add(to);
      });
    }
    if (outage === undefined) resume(pair);
    else hold(pair);
  });
  /** Sockets whose other end went away while nobody could be told. */
  const orphans = new Set<Socket>();
  const hold = (pair: readonly [Socket, Socket]): void => pair.forEach((socket) => socket.pause());
  const resume = (pair: readonly [Socket, Socket]): void => pair.forEach((socket) => socket.resume());

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const listening = server.address();
  const openPort = typeof listening === 'object' && listening ? listening.port : 0;
  const destroyAll = (): void => {
    for (const socket of [...[...pairs].flat(), ...orphans]) socket.destroy();
    pairs.clear();
    orphans.clear();
  };
  return {
    address: `127.0.0.1:${openPort}`,
    fail(how) {
      outage = how;
      if (how === 'refused') for (const socket of [...pairs].flat()) socket.resetAndDestroy();
      else pairs.forEach(hold);
    },
    mend() {
      const was = outage;
      outage = undefined;
      if (was === 'silent') {
        pairs.forEach(resume);
        for (const orphan of orphans) orphan.destroy();
        orphans.clear();
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        destroyAll();
      }),
  };
}
