import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'alone-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('loads without the optional engine and says how to get it when it is needed', () => {
  const own = fileURLToPath(new URL('..', import.meta.url));
  cpSync(join(own, 'dist'), join(home, 'dist'), { recursive: true });
  mkdirSync(join(home, 'node_modules', '@parseltongue'), { recursive: true });
  for (const name of ['zod', '@parseltongue/isg-core']) {
    symlinkSync(realpathSync(join(own, 'node_modules', name)), join(home, 'node_modules', name));
  }
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(home, 'main.js'),
    `import { createAnthropicReasoner } from './dist/index.js';
     const request = { step: 'propose', request: 'x', context: '', attempt: 1, strategy: '', evidence: [], clarifications: [], tokenBudget: 10 };
     await createAnthropicReasoner({ apiKey: 'k' }).propose(request, {}).catch((error) => process.stdout.write(JSON.stringify(error)));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, ['main.js'], { cwd: home, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'PT_SORCERER_ENGINE_MISSING',
    message: expect.stringContaining('npm install @anthropic-ai/sdk') as string,
  });
});
