import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const LIB = 'shapes/src/lib.rs';
let repository: TestRepository;

beforeAll(async () => {
  repository = createRepository();
  expect((await runVerb(repository, ['index'])).status).toBe(0);
});
afterAll(() => repository.remove());

const hashOf = (path: string): string =>
  createHash('sha256')
    .update(readFileSync(join(repository.root, path)))
    .digest('hex');

function writeEdits(name: string, title: string, edits: object[]): string {
  const file = `../${name}.json`;
  repository.write(file, JSON.stringify({ title, edits }));
  return file;
}

function editOf(key: string, body: string): object {
  return { target: { key }, base_hash: hashOf(LIB), op: 'edit', format: 'whole_item', body };
}

/** Content, size and time of everything a person would call theirs. */
function photograph(dir = repository.root): string {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/^(\.parseltongue|\.git)(\/|$)/.test(name),
  );
  return names
    .sort()
    .map((name) => {
      const stat = statSync(join(dir, name));
      return stat.isFile()
        ? `${name} ${stat.mtimeMs} ${createHash('sha256')
            .update(readFileSync(join(dir, name)))
            .digest('hex')}`
        : name;
    })
    .join('\n');
}

describe('a proposal that must not reach the tree', () => {
  it('is stopped by the check when it breaks the build', async () => {
    const before = photograph();
    const file = writeEdits('breaks-build', 'Return a string', [
      editOf(
        `${LIB}-Rect-square`,
        '/// A square.\npub fn square(side: u32) -> Self {\n    Rect { width: side, height: "side" }\n}',
      ),
    ]);
    const { status, ...run } = await runVerb(repository, ['preflight', file, '--json']);
    expect(status).toBe(1);
    const { report } = run.json();
    const failed = report.receipts.at(-1);
    expect([failed.gate, failed.verdict]).toEqual(['T3', 'failed']);
    expect(failed.new_diagnostics[0]).toMatchObject({ code: 'E0308', row_key: `${LIB}-Rect-square` });
    expect(photograph()).toBe(before);
  });

  it('is stopped by the tests when it breaks one', async () => {
    const before = photograph();
    const file = writeEdits('breaks-test', 'Perimeter for area', [
      editOf(`${LIB}-Area@Rect-area`, 'fn area(&self) -> u32 {\n    self.width + self.height\n}'),
    ]);
    const { status, ...run } = await runVerb(repository, ['preflight', file, '--json']);
    expect(status).toBe(1);
    const failed = run.json().report.receipts.at(-1);
    expect(failed.gate).toMatch(/T4|T5/);
    expect(failed.verdict).toBe('failed');
    expect(failed.reason).toMatch(/a_square_has_its_side_squared|describes_count_and_area/);
    expect(photograph()).toBe(before);
  });

  it('is refused when it would write outside the repository', async () => {
    const before = photograph();
    for (const path of ['../outside.rs', '/tmp/outside.rs', 'a/../../outside.rs']) {
      const file = writeEdits('outside', 'Escape', [
        { target: { path }, base_hash: null, op: 'create', format: 'whole_item', body: 'fn x() {}\n' },
      ]);
      const { status, stderr } = await runVerb(repository, ['preflight', file]);
      expect(status).toBeGreaterThan(0);
      expect(stderr).toMatch(/outside|leaves the repository|inside/i);
    }
    expect(existsSync(join(repository.root, '..', 'outside.rs'))).toBe(false);
    expect(photograph()).toBe(before);
  });

  it('is refused when it was made against a file that changed', async () => {
    const file = writeEdits('stale', 'Stale', [
      {
        ...editOf(
          `${LIB}-Rect-square`,
          'pub fn square(side: u32) -> Self {\n    Rect { width: side, height: side }\n}',
        ),
        base_hash: 'f'.repeat(64),
      },
    ]);
    const { status, stderr } = await runVerb(repository, ['preflight', file]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/PT_CLI_EDIT_REFUSED.*base_changed.*Read it again/);
  });

  it('is refused at apply when the tree moved since its preflight, or it never passed one', async () => {
    const file = writeEdits('good', 'Rename a parameter', [
      editOf(
        `${LIB}-Rect-square`,
        '/// A square.\npub fn square(length: u32) -> Self {\n    Rect { width: length, height: length }\n}',
      ),
    ]);
    const { proposal_id: id } = (await runVerb(repository, ['preflight', file, '--json'])).json();
    const text = readFileSync(join(repository.root, LIB), 'utf8');
    repository.write(LIB, `${text}// a thought\n`);
    const moved = await runVerb(repository, ['apply', id]);
    expect(moved.status).toBe(1);
    expect(moved.stderr).toMatch(/PT_PREFLIGHT_(STALE_FILE|NO_RECEIPT)/);
    repository.write(LIB, text);
    const broken = (await runVerb(repository, ['preflight', '../breaks-test.json', '--json'])).json();
    const refused = await runVerb(repository, ['apply', broken.proposal_id]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/did not pass its gates/);
    expect(readFileSync(join(repository.root, LIB), 'utf8')).toBe(text);
  });
});

describe('a proposal that passed', () => {
  it('is applied, committed and leaves a fresh graph; undo brings the old text back', async () => {
    const text = readFileSync(join(repository.root, LIB), 'utf8');
    const file = writeEdits('applied', 'Add a perimeter', [
      {
        target: { key: `${LIB}-Rect-perimeter` },
        placement: { at: 'after', key: `${LIB}-Rect-square` },
        base_hash: hashOf(LIB),
        op: 'create',
        format: 'whole_item',
        body: '/// Length of the outline.\npub fn perimeter(&self) -> u32 {\n    2 * (self.width + self.height)\n}',
      },
    ]);
    const { proposal_id: id, report } = (await runVerb(repository, ['preflight', file, '--json'])).json();
    expect(report.verdict).toBe('passed');
    const applied = (await runVerb(repository, ['apply', id, '--json'])).json();
    expect(applied.status).toBe('applied');
    expect(repository.git('log', '-1', '--format=%B')).toMatch(
      /Create shapes\/src\/lib\.rs-Rect-perimeter[^]*Parseltongue-Receipt: [0-9a-f]/,
    );
    expect(repository.git('status', '--porcelain')).toBe('');
    const found = (await runVerb(repository, ['search', 'perimeter', '--json'])).json();
    expect(found.hits[0].key).toBe(`${LIB}-Rect-perimeter`);
    expect((await runVerb(repository, ['status', '--json'])).json().freshness).toEqual({
      changed: [],
      added: [],
      removed: [],
    });
    const preview = await runVerb(repository, ['undo', '--preview']);
    expect(preview.status).toBe(0);
    expect(readFileSync(join(repository.root, LIB), 'utf8')).toContain('perimeter');
    expect((await runVerb(repository, ['undo'])).status).toBe(0);
    expect(readFileSync(join(repository.root, LIB), 'utf8')).toBe(text);
  });
});
