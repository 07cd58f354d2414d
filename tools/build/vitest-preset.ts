import { defineConfig } from 'vitest/config';

const sourceCondition = ['@parseltongue/source', 'module', 'node', 'import', 'default'];

/** The one test setup of every package: sources of siblings, no globals, console output fails the test. */
export function packageTests(name: string) {
  return defineConfig({
    resolve: { conditions: sourceCondition },
    ssr: { resolve: { conditions: sourceCondition, externalConditions: sourceCondition } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      exclude: ['test/**/*.live.test.ts', '**/node_modules/**'],
      pool: 'forks',
      testTimeout: 30_000,
      hookTimeout: 60_000,
      setupFiles: [new URL('./fail-on-console.ts', import.meta.url).pathname],
    },
  });
}
