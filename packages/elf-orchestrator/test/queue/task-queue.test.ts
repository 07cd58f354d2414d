import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTaskQueue, type TaskQueue } from '../../src/index.js';
import { createTemporaryDir } from '../temporary-dir.js';

let root = '';
let count = 0;
beforeAll(async () => {
  root = await createTemporaryDir();
});

function nextDir(): string {
  count += 1;
  return join(root, `queue-${count}`);
}

const WORKER = { owner: 'w1', leaseMs: 1_000 };

async function withQueue(
  dir: string,
  use: (queue: TaskQueue) => Promise<void>,
  now = Date.now,
): Promise<void> {
  await using queue = await openTaskQueue(dir, { now });
  await use(queue);
}

async function leaseOrFail(queue: TaskQueue, request = WORKER) {
  const task = await queue.lease(request);
  if (task === null) throw new Error('no task waits');
  return task;
}

describe('the task queue', () => {
  it('hands tasks out in order, once each, and finishes them with a result', async () => {
    await withQueue(nextDir(), async (queue) => {
      for (const name of ['a', 'b']) await queue.enqueue({ kind: 'summarize', payload: { name } });
      const first = await leaseOrFail(queue);
      const second = await leaseOrFail(queue, { owner: 'w2', leaseMs: 1_000 });
      expect([first.payload, second.payload]).toEqual([{ name: 'a' }, { name: 'b' }]);
      expect(second.lease.fence).toBeGreaterThan(first.lease.fence);
      expect(await queue.lease(WORKER)).toBeNull();
      expect(await queue.ack(first.id, first.lease.fence, { lines: 1 })).toMatchObject({ isAccepted: true });
      expect(await queue.show(first.id)).toMatchObject({ state: 'done', result: { lines: 1 }, lease: null });
      expect((await queue.stats()).byState).toMatchObject({ done: 1, leased: 1, queued: 0 });
    });
  });

  it('leases only the kinds that are asked for', async () => {
    await withQueue(nextDir(), async (queue) => {
      await queue.enqueue({ kind: 'patch', payload: null });
      await queue.enqueue({ kind: 'summarize', payload: null });
      expect(await queue.lease({ ...WORKER, kinds: ['summarize'] })).toMatchObject({ id: 't2' });
      expect(await queue.lease({ ...WORKER, kinds: ['summarize'] })).toBeNull();
    });
  });

  it('answers the first task for a repeated key, with its result', async () => {
    await withQueue(nextDir(), async (queue) => {
      const [first, second] = await Promise.all([
        queue.enqueue({ kind: 'k', payload: 1, key: 'same' }),
        queue.enqueue({ kind: 'k', payload: 2, key: 'same' }),
      ]);
      expect(second.id).toBe(first.id);
      const task = await leaseOrFail(queue);
      await queue.ack(task.id, task.lease.fence, 'answer');
      expect(await queue.enqueue({ kind: 'k', payload: 3, key: 'same' })).toMatchObject({
        result: 'answer',
        payload: 1,
      });
      expect(await queue.list()).toHaveLength(1);
    });
  });

  it('puts a task back when its lease runs out and refuses the late worker', async () => {
    let at = 0;
    await withQueue(
      nextDir(),
      async (queue) => {
        await queue.enqueue({ kind: 'k', payload: null });
        const slow = await leaseOrFail(queue);
        at += 1_000;
        const fast = await leaseOrFail(queue, { owner: 'w2', leaseMs: 1_000 });
        expect(fast).toMatchObject({ id: slow.id, attempts: 2 });
        expect(await queue.ack(slow.id, slow.lease.fence, 'late')).toMatchObject({
          isAccepted: false,
          reason: 'stale_fence',
        });
        expect(await queue.ack(fast.id, fast.lease.fence, 'in time')).toMatchObject({ isAccepted: true });
        expect(await queue.ack(fast.id, fast.lease.fence, 'twice')).toMatchObject({ reason: 'not_leased' });
        expect(await queue.show(fast.id)).toMatchObject({
          result: 'in time',
          failures: [{ code: 'lease_expired' }],
        });
      },
      () => at,
    );
  });

  it('keeps a renewed lease', async () => {
    let at = 0;
    await withQueue(
      nextDir(),
      async (queue) => {
        await queue.enqueue({ kind: 'k', payload: null });
        const task = await leaseOrFail(queue);
        at += 900;
        await queue.renew(task.id, task.lease.fence, 1_000);
        at += 900;
        expect(await queue.lease(WORKER)).toBeNull();
        expect(await queue.ack(task.id, task.lease.fence)).toMatchObject({ isAccepted: true });
      },
      () => at,
    );
  });

  it('retries a retryable failure three times and no more', async () => {
    await withQueue(nextDir(), async (queue) => {
      await queue.enqueue({ kind: 'k', payload: null });
      const failure = { code: 'busy', message: 'try later', isRetryable: true };
      for (let attempt = 1; attempt <= 4; attempt += 1) {
        const task = await leaseOrFail(queue);
        expect(task.attempts).toBe(attempt);
        await queue.fail(task.id, task.lease.fence, failure);
      }
      expect(await queue.lease(WORKER)).toBeNull();
      expect(await queue.show('t1')).toMatchObject({ state: 'failed', attempts: 4 });
      await queue.retry('t1');
      expect(await leaseOrFail(queue)).toMatchObject({ id: 't1', attempts: 1 });
    });
  });

  it('fails at once what may not be retried', async () => {
    await withQueue(nextDir(), async (queue) => {
      await queue.enqueue({ kind: 'k', payload: null });
      const task = await leaseOrFail(queue);
      await queue.fail(task.id, task.lease.fence, { code: 'bad', message: 'no', isRetryable: false });
      expect(await queue.show(task.id)).toMatchObject({
        state: 'failed',
        failures: [{ code: 'bad', message: 'no' }],
      });
    });
  });

  it('takes the lease from whoever works on a cancelled task', async () => {
    await withQueue(nextDir(), async (queue) => {
      await queue.enqueue({ kind: 'k', payload: null });
      const task = await leaseOrFail(queue);
      await queue.cancel(task.id);
      expect(await queue.ack(task.id, task.lease.fence)).toMatchObject({ reason: 'not_leased' });
      await expect(queue.cancel(task.id)).rejects.toMatchObject({ code: 'PT_ELF_TASK_STATE' });
    });
  });

  it('gives each task a directory of its own for files', async () => {
    const dir = nextDir();
    await withQueue(dir, async (queue) => {
      const { id } = await queue.enqueue({ kind: 'k', payload: null });
      await writeFile(join(await queue.openArtifacts(id), 'diff.patch'), 'text');
      expect(await readdir(join(dir, 'artifacts', id))).toEqual(['diff.patch']);
      await expect(queue.openArtifacts('../outside')).rejects.toMatchObject({ code: 'PT_ELF_TASK_UNKNOWN' });
    });
  });

  it('is open in one process at a time, and takes over from a process that is gone', async () => {
    const dir = nextDir();
    await withQueue(dir, async () => {
      await expect(openTaskQueue(dir)).rejects.toMatchObject({
        code: 'PT_ELF_QUEUE_LOCKED',
        details: { ownerPid: process.pid },
      });
    });
    await writeFile(join(dir, 'lock'), '999999999 123 left-behind');
    await withQueue(dir, async (queue) => expect(await queue.list()).toEqual([]));
    // The same process id with another start time is another process.
    await writeFile(join(dir, 'lock'), `${process.pid} 1 left-behind`);
    if (process.platform === 'linux')
      await withQueue(dir, async (queue) => expect(await queue.list()).toEqual([]));
    expect(await readdir(dir)).not.toContain('lock');
  });

  it('refuses use after it was closed', async () => {
    const queue = await openTaskQueue(nextDir());
    await queue[Symbol.asyncDispose]();
    await expect(queue.enqueue({ kind: 'k', payload: null })).rejects.toMatchObject({
      code: 'PT_ELF_QUEUE_CLOSED',
    });
  });

  it('refuses more than three retries', async () => {
    await withQueue(nextDir(), async (queue) => {
      const task = queue.enqueue({ kind: 'k', payload: null, maxRetries: 4 });
      await expect(task).rejects.toMatchObject({ code: 'PT_ELF_REQUEST_INVALID' });
    });
  });
});

describe('the journal of a queue', () => {
  async function fill(dir: string, tasks: number): Promise<string> {
    await withQueue(dir, async (queue) => {
      for (let i = 0; i < tasks; i += 1) await queue.enqueue({ kind: 'k', payload: i });
    });
    return join(dir, 'journal.ndjson');
  }

  it('brings everything back after it was closed', async () => {
    const dir = nextDir();
    let before: unknown;
    await withQueue(dir, async (queue) => {
      await queue.enqueue({ kind: 'k', payload: { text: 'Zeile\nzwei ☕' }, key: 'a' });
      const task = await leaseOrFail(queue, { owner: 'w', leaseMs: 60_000 });
      await queue.ack(task.id, task.lease.fence, [1, null, 'x']);
      await queue.enqueue({ kind: 'k', payload: null });
      await leaseOrFail(queue, { owner: 'w', leaseMs: 60_000 });
      before = await queue.list();
    });
    await withQueue(dir, async (queue) => {
      expect(queue.recovery).toMatchObject({ status: 'clean', events: 5 });
      expect(await queue.list()).toEqual(before);
      expect(await queue.enqueue({ kind: 'k', payload: null, key: 'a' })).toMatchObject({ id: 't1' });
      expect(await queue.enqueue({ kind: 'k', payload: null })).toMatchObject({ id: 't3' });
    });
  });

  it('cuts a torn last line at every byte and keeps all lines before it', async () => {
    const dir = nextDir();
    const path = await fill(dir, 3);
    const bytes = await readFile(path);
    const lastLine = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
    for (let end = lastLine; end < bytes.length; end += 17) {
      await writeFile(path, bytes.subarray(0, end));
      await withQueue(dir, async (queue) => {
        expect(queue.recovery.status).toBe(end === lastLine ? 'clean' : 'torn_tail');
        expect(await queue.list()).toHaveLength(2);
      });
      expect(await readFile(path)).toEqual(bytes.subarray(0, lastLine));
    }
  });

  it('stops at a damaged line, says so and keeps a copy', async () => {
    const dir = nextDir();
    const path = await fill(dir, 3);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"payload":1', '"payload":7'));
    await withQueue(dir, async (queue) => {
      expect(queue.recovery).toMatchObject({ status: 'corrupt', events: 1 });
      expect(await queue.list()).toHaveLength(1);
      expect(await readFile(join(dir, queue.recovery.savedAs ?? ''), 'utf8')).toContain('"payload":7');
      await queue.enqueue({ kind: 'k', payload: 'after' });
    });
    await withQueue(dir, async (queue) => expect(await queue.list()).toHaveLength(2));
  });

  it('survives foreign bytes and an empty file', async () => {
    const dir = nextDir();
    const path = join(dir, 'journal.ndjson');
    await mkdir(dir);
    for (const bytes of [Buffer.alloc(0), Buffer.from([0xff, 0x00, 0x0a, 0x0a])]) {
      await writeFile(path, bytes);
      await using queue = await openTaskQueue(dir);
      expect(queue.recovery).toMatchObject({ events: 0, droppedBytes: bytes.length });
      expect(await queue.list()).toEqual([]);
    }
  });

  it('is rewritten to one line a task without losing what is written meanwhile', async () => {
    const dir = nextDir();
    let before: unknown;
    await withQueue(dir, async (queue) => {
      for (let i = 0; i < 20; i += 1) {
        await queue.enqueue({ kind: 'k', payload: i, key: `key-${i}` });
        const task = await leaseOrFail(queue);
        if (i < 10) await queue.ack(task.id, task.lease.fence);
        else await queue.fail(task.id, task.lease.fence, { code: 'x', message: 'y', isRetryable: false });
      }
      const large = (await queue.stats()).journalBytes;
      const during = queue.enqueue({ kind: 'k', payload: 'before' });
      const [compacted] = await Promise.all([
        queue.compact(),
        queue.enqueue({ kind: 'k', payload: 'after' }),
        during,
      ]);
      expect(compacted).toEqual({ kept: 21, dropped: 0 });
      expect((await queue.stats()).journalBytes).toBeLessThan(large);
      before = await queue.list();
    });
    await withQueue(dir, async (queue) => {
      expect(queue.recovery).toMatchObject({ status: 'clean', events: 23 });
      expect(await queue.list()).toEqual(before);
      expect((await leaseOrFail(queue)).lease.fence).toBe(21);
    });
  });

  it('forgets old finished tasks with their files, and never reuses their ids', async () => {
    const dir = nextDir();
    let at = 0;
    await withQueue(
      dir,
      async (queue) => {
        await queue.enqueue({ kind: 'k', payload: null });
        const task = await leaseOrFail(queue);
        await queue.openArtifacts(task.id);
        await queue.ack(task.id, task.lease.fence);
        at = 100;
        expect(await queue.compact({ dropFinishedBefore: 50 })).toEqual({ kept: 0, dropped: 1 });
        expect(await readdir(join(dir, 'artifacts'))).toEqual([]);
      },
      () => at,
    );
    await withQueue(dir, async (queue) => {
      expect(await queue.enqueue({ kind: 'k', payload: null })).toMatchObject({ id: 't2' });
    });
  });
});
