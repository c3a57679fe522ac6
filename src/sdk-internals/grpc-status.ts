// Needs the numbers of gRPC's status codes, which the SDK passes on in errors and names nowhere. What a Temporal server says of
// a call that failed.
import { isGrpcServiceError } from '@temporalio/client';

/** The numbers of gRPC's status codes, as far as they are used here, so that no gRPC library is needed for them. */
export const grpcStatus = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  failedPrecondition: 9,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** Whether the server answered a call with one of these statuses. */
export const isGrpcError = (error: unknown, ...statuses: (keyof typeof grpcStatus)[]): boolean =>
  isGrpcServiceError(error) && statuses.some((status) => grpcStatus[status] === error.code);
