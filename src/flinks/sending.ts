// Whether anything of a request may have left. Its connection tells, and no error code does: the same code may come before a
// connection is there, and after the far side has the whole request.
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Watches a request that was just made. The function that it returns says whether a byte of it may have left. None has
 * before the connection is open, and over TLS before the handshake is done and the certificate is accepted.
 */
export function watchSending(request: ClientRequest): () => boolean {
  let mayHaveLeft = false;
  request.once('socket', (socket: Socket) => {
    // It broke before it was ours: nothing can be written on it.
    if (socket.destroyed) return;
    const leaves = (): void => void (mayHaveLeft = true);
    const opening = awaitedEvent(socket);
    // Node writes what it holds back within this event, and an agent may hand out a connection that is open already.
    if (opening === undefined) leaves();
    else socket.prependOnceListener(opening, leaves);
  });
  return () => mayHaveLeft;
}

/** The event after which this connection carries requests. An open one waits for none. */
function awaitedEvent(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return socket.connecting ? 'connect' : undefined;
  // Node has this on every client's connection, and its types do not know it.
  return (socket as { secureConnecting?: boolean }).secureConnecting === false ? undefined : 'secureConnect';
}
