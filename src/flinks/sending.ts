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
    // A kept connection has been open since an earlier request.
    if (request.reusedSocket) open();
    // Node emits it only after it has accepted the certificate, and holds back what was written until then.
    else if (socket instanceof TLSSocket) socket.once('secureConnect', open);
    else if (socket.readyState === 'open') open();
    else socket.once('connect', open);
  });
  return sending;
}
