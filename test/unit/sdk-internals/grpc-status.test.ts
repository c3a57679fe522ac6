import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { grpcStatus, isGrpcError } from '../../../src/sdk-internals/grpc-status.js';

test('the numbers are those of gRPC, and the SDK still shows them in its errors', () => {
  const names = Object.entries(grpcStatus).map(([name, number]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
    number,
  ]);
  expect(Object.fromEntries(names)).toEqual(
    Object.fromEntries(names.map(([name]) => [name, status[name as keyof typeof status]])),
  );
  const error = Object.assign(new Error('gone'), { code: 5, details: 'gone', metadata: {} });
  expect(isGrpcError(error, 'notFound')).toBe(true);
  expect(isGrpcError(error, 'unavailable')).toBe(false);
});
