import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const WAIT = { timeout: 60_000, interval: 50 };
let repository: TestRepository;

beforeAll(() => {
  repository = createRepository();
});
afterAll(() => repository.remove());

describe('watch', () => {
  it('reads the repository once, then what changes, one document an update, and ends well by Ctrl-C', async () => {
    const child = spawn(process.execPath, [MAIN, '-C', repository.root, '--no-daemon', '--json', 'watch'], {
      env: repository.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    const ended = new Promise<number | null>((done) => child.once('close', done));
    const updates = () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { contract: string; files: number; rows: number });
    await expect.poll(updates, WAIT).toHaveLength(1);
    expect(updates()[0]).toMatchObject({ contract: 'pt.cli.watch/1', files: 2 });
    repository.write('shapes/src/lib.rs', 'pub fn watched_by_us() {}\n');
    await expect.poll(() => updates().length, WAIT).toBeGreaterThan(1);
    expect(updates()[1]?.rows).toBeGreaterThanOrEqual(2); // and those of files that used what is gone
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    const found = await runVerb(repository, ['search', 'watched_by_us', '--json']);
    expect(found.json().hits[0].key).toBe('shapes/src/lib.rs-_-watched_by_us');
  }, 180_000);
});
