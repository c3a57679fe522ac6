// Whether a request can have left. It follows from the connection, never from an error's code: the network says
// EHOSTUNREACH also of a connection over which the whole request went.
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface Sending {
  /** From the moment on at which the connection took bytes of ours: once it was made and, with TLS, the far side proved itself. */
  readonly mayHaveLeft: boolean;
}

/** Watches a request from its start. */
export function watchSending(request: ClientRequest): Sending {
  const sending = { mayHaveLeft: false };
  const open = (): void => {
    sending.mayHaveLeft = true;
  };
  request.once('socket', (socket: Socket) => {
    // It broke before it was ours, and nothing can be written on it.
    if (socket.destroyed) return;
    // Node holds back what is written until then. A connection that is not known to wait for anything is open: a kept one,
    // and one that an agent hands out when it has opened a way through a proxy.
    const opening = awaitedEvent(socket);
    if (opening === undefined) open();
    else socket.once(opening, open);
  });
  return sending;
}

/** The event after which this connection carries requests. Over TLS it comes only once the certificate is accepted. */
function awaitedEvent(socket: Socket): string | undefined {
  // Node has this on every connection of a client, and its types do not know it.
  const isShakingHands = (socket as { secureConnecting?: boolean }).secureConnecting === true;
  if (socket instanceof TLSSocket && isShakingHands) return 'secureConnect';
  return socket.connecting ? 'connect' : undefined;
}
