import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** The address that everything in `dev/` listens on: a development stack is nobody else's business. */
export const loopback = '127.0.0.1';

/** `count` different ports that nothing listens on at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  // All are held until the last is found, or the system might give the same one twice.
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
}

/** Why nothing of ours can listen on `port`, as words that follow the port's number; nothing if it can. */
export async function obstacleTo(port: number): Promise<string | undefined> {
  try {
    await close(await listen(port));
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return 'is in use';
    if (code === 'EACCES') return 'is not allowed for this user';
    throw error;
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, loopback);
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A listening server has no port.');
  return address.port;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
