import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FilePlace } from '../../src/languages/define-language.js';
import { openWorkerPool } from '../../src/workers/worker-pool.js';
import { openRepository } from '../support/temporary-repository.js';

const PLACE: FilePlace = { crate: null, module_path: null, test_scope: null, cfg: [] };
// No place at all is a defect that ends the worker that meets it.
const DEFECT = null as unknown as FilePlace;

describe('worker pool', () => {
  it('reports a file that crashes its worker and goes on with the others', async () => {
    using repository = openRepository();
    await using pool = openWorkerPool({ workers: 2, maxFileBytes: 1000 });
    const requests = Array.from({ length: 12 }, (_, i) => ({
      path: `f${i}.rs`,
      file: join(repository.root, `f${i}.rs`),
      text: 'fn a() {}',
      place: i === 3 || i === 4 ? DEFECT : PLACE,
    }));
    const outcomes = await Promise.all(requests.map((request) => pool.parse(request)));
    const skipped = outcomes.flatMap((outcome) => (outcome.status === 'skipped' ? [outcome.skipped] : []));
    expect(skipped.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'f3.rs unreadable',
      'f4.rs unreadable',
    ]);
    expect(skipped[0]?.detail).toContain('the parser crashed on it');
  });

  it('takes a worker without a limit for a file that needs more heap than it has', async () => {
    await using pool = openWorkerPool({ workers: 1, maxFileBytes: 1 << 26, heapLimitMiB: 24 });
    const text = Array.from(
      { length: 60_000 },
      (_, i) => `pub fn f${i}(a: u8) -> u8 { a + ${i % 9} }\n`,
    ).join('');
    const large = await pool.parse({ path: 'large.rs', file: 'large.rs', text, place: PLACE });
    expect(large.status === 'parsed' ? large.syntax.items.length : large).toBe(60_001);
    const small = await pool.parse({ path: 'a.rs', file: 'a.rs', text: 'fn a() {}', place: PLACE });
    expect(small.status).toBe('parsed');
  });

  it('says which files cannot be resolved when a region ends its workers, and goes on', async () => {
    await using pool = openWorkerPool({ workers: 1, maxFileBytes: 1000 });
    const packed = new Uint8Array(new SharedArrayBuffer(3));
    const defect = { files: [packed], manifests: [], wanted: ['src/a.rs', 'src/b.rs'] };
    await expect(pool.resolve(defect, () => undefined)).rejects.toMatchObject({
      code: 'PT_STREAM_RESOLVER_FAILED',
      details: { path: 'src/a.rs' },
    });
    const outcome = await pool.parse({ path: 'a.rs', file: 'a.rs', text: 'fn a() {}', place: PLACE });
    expect(outcome.status).toBe('parsed');
  });

  it('rejects what is waiting and what comes later once it is closed', async () => {
    const pool = openWorkerPool({ workers: 1, maxFileBytes: 1000 });
    const waiting = pool.parse({ path: 'a.rs', file: 'a.rs', text: '', place: PLACE });
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'PT_STREAM_CLOSED' });
    await pool[Symbol.asyncDispose]();
    await rejected;
    const late = pool.parse({ path: 'a.rs', file: 'a.rs', text: '', place: PLACE });
    await expect(late).rejects.toMatchObject({ code: 'PT_STREAM_CLOSED' });
  });

  it('skips a file that is gone when its turn comes', async () => {
    using repository = openRepository();
    await using pool = openWorkerPool({ workers: 1, maxFileBytes: 1000 });
    const outcome = await pool.parse({
      path: 'a.rs',
      file: join(repository.root, 'a.rs'),
      text: null,
      place: PLACE,
    });
    expect(outcome).toEqual({
      status: 'skipped',
      skipped: { path: 'a.rs', reason: 'unreadable', detail: 'ENOENT' },
    });
  });
});
