import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ApplyOutcome, applyProposal } from '../../src/apply/index.js';
import { createProposal, createReport, createRepository, type Repository } from './repository.js';

async function applyText(repository: Repository, text: string): Promise<ApplyOutcome> {
  const proposal = createProposal(repository.root, { 'a.rs': text });
  const report = await createReport(repository.context, proposal);
  const verify = () => Promise.resolve({ ok: true, detail: 'green' });
  return await applyProposal(repository.context, { proposal, report, verify });
}

function writeOwner(repository: Repository, owner: object | string): void {
  const lock = join(repository.root, '.git/parseltongue/lock');
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, 'owner.json'), typeof owner === 'string' ? owner : JSON.stringify(owner));
}

describe('the lock of a tree', () => {
  it('lets one of many applies at once through and names the others busy or stale', async () => {
    using repository = createRepository({ 'a.rs': 'old' });
    const texts = Array.from({ length: 8 }, (_, index) => `new ${index}`);
    const ends = await Promise.allSettled(texts.map((text) => applyText(repository, text)));
    const applied = ends.flatMap((end, index) => (end.status === 'fulfilled' ? [texts[index]] : []));
    const codes = ends.flatMap((end) =>
      end.status === 'rejected' ? [(end.reason as { code: string }).code] : [],
    );
    expect(applied.length).toBeGreaterThanOrEqual(1);
    expect(applied).toContain(repository.read('a.rs'));
    expect(['PT_PREFLIGHT_APPLY_BUSY', 'PT_PREFLIGHT_STALE_FILE', 'PT_PREFLIGHT_NO_RECEIPT']).toEqual(
      expect.arrayContaining([...new Set(codes)]),
    );
  });

  it('is taken over from a process that is gone, from a reused pid and from a broken file', async () => {
    using repository = createRepository({ 'a.rs': 'old' });
    const host = hostname();
    for (const owner of [
      { pid: 2 ** 22 + 1, host, born: '1' },
      { pid: process.pid, host, born: '1' },
      'not json',
    ]) {
      writeOwner(repository, owner);
      expect((await applyText(repository, JSON.stringify(owner))).status).toBe('applied');
    }
  });

  it('is respected when another machine or a live process holds it', async () => {
    using repository = createRepository({ 'a.rs': 'old' });
    for (const owner of [
      { pid: 1, host: 'elsewhere', born: null },
      { pid: process.pid, host: hostname(), born: null },
    ]) {
      writeOwner(repository, owner);
      await expect(applyText(repository, 'new')).rejects.toMatchObject({
        code: 'PT_PREFLIGHT_APPLY_BUSY',
        details: { pid: owner.pid },
        retryable: true,
      });
    }
    expect(repository.read('a.rs')).toBe('old');
  });
});
