import { defineConfig } from 'vitest/config';

// Projects live beside their packages; each adds only its own name (see tools/build/vitest-preset.ts).
export default defineConfig({
  test: { projects: ['packages/*/vitest.config.ts', 'tools/vitest.config.ts'] },
});
