// Who says for which namespace it asks the codec server.
import assert from 'node:assert/strict';
import type { Claim } from '../claim.js';

export const codecs: Claim[] = [
  {
    caller: 'Go',
    line: '`NewRemoteDataConverter` sends no `X-Namespace` unless `ModifyRequest` sets it, and the codec server answers 400. `envconfig` with `IncludeRemoteCodec` sets it.',
    needs: ['Go'],
    async see(world) {
      const without = await world.measure('Go', 'start', world.login('plain'), 'no-header');
      assert.match(String(without.message), /^Bad Request: .*X-Namespace is missing/);
      assert.ok((await world.measure('Go', 'start', world.login('plain'))).runId);
      assert.equal((await world.example('Go', world.login('plain'), '')).code, 0);
      return String(without.message);
    },
  },
  {
    caller: 'Java',
    line: '`OkHttpRemoteDataEncoderCodec` sends no `X-Namespace` unless an interceptor of its client sets it, and the codec server answers 400.',
    needs: ['Java'],
    async see(world) {
      const without = await world.measure('Java', 'start', world.login('plain'), 'no-header');
      assert.match(String(without.message), /Remote Data Encoder response status code is not 200 OK.*code=400/);
      assert.ok((await world.measure('Java', 'start', world.login('plain'))).runId);
      return 'code=400; with the interceptor the run started';
    },
  },
];
