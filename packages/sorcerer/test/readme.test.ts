import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resumeRun, runFix } from '../src/index.js';
import { createError, createFakeWorld } from './fakes/fake-world.js';

it('runs the example of the README as it is printed', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '';
  const [imports = '', ...body] = example.split('\n');
  expect(imports).toBe("import { resumeRun, runFix } from '@parseltongue/sorcerer';");
  const world = createFakeWorld({
    files: { 'a.rs': 'fn a() { x }\n' },
    diagnose: (tree) =>
      tree.get('a.rs')?.includes('x') === true
        ? {
            build_ok: false,
            diagnostics: [createError({ message: 'x', path: 'a.rs', at: [9, 10], replacement: 'y' })],
          }
        : {},
  });
  // The text of our own README, compiled as the module body it is.
  const compile = (async () => Promise.resolve()).constructor as unknown as new (
    ...args: string[]
  ) => (...values: unknown[]) => Promise<string[]>;
  const run = new compile('resumeRun', 'runFix', 'ports', `${body.join('\n')}\nreturn seen;`);
  const seen = await run(resumeRun, runFix, world.ports);
  expect(seen.at(-1)).toMatch(/^committed [0-9a-f]{40}$/);
  expect(seen).toContain('graph-promoted');
});
