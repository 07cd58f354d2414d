import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const BUILD = fileURLToPath(new URL('../../../tools/plugin/build-plugin.mjs', import.meta.url));
const LONG_MS = 120_000;
let repository: TestRepository;
let server: string;

beforeAll(() => {
  repository = createRepository();
  server = mkdtempSync(join(tmpdir(), 'parseltongue-bundle-'));
});
afterAll(() => {
  repository.remove();
  rmSync(server, { recursive: true, force: true });
});

describe('the bundle of the plugin', () => {
  it(
    'is built and indexes with its own workers, away from every node_modules of ours',
    () => {
      execFileSync(process.execPath, [BUILD, server], { stdio: 'pipe' });
      const main = join(server, 'dist', 'main.mjs');
      const args = [main, '-C', repository.root, 'index', '--json', '--quiet', '--no-daemon'];
      const text = execFileSync(process.execPath, args, {
        encoding: 'utf8',
        env: repository.env,
        cwd: server,
      });
      expect(JSON.parse(text)).toMatchObject({ contract: 'pt.cli.index/1', files: 2 });
    },
    LONG_MS,
  );
});
