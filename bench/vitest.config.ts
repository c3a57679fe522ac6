import { defineConfig } from 'vitest/config';

// The programs name each other from the root of the repository, so `npm test` runs there.
export default defineConfig({
  test: {
    include: ['bench/test/**/*.test.ts'],
    testTimeout: 20_000,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
