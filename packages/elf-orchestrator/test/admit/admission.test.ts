import { describe, expect, it } from 'vitest';
import { type AdmissionInput, decideAdmission, estimateModelMemory } from '../../src/index.js';

const MIB = 1024 ** 2;

describe('estimating a model', () => {
  it('adds weights with a tenth, one cache for each sequence and the worker', () => {
    const header = { fileSizeBytes: 1_000 * MIB, kvBytesPerToken: 28_672 };
    expect(estimateModelMemory(header, { contextTokens: 2_048, sequences: 5 })).toEqual({
      weightsBytes: 1_100 * MIB,
      kvCacheBytes: 280 * MIB,
      workerBytes: 100 * MIB,
      totalBytes: 1_480 * MIB,
    });
  });

  it('rounds a context up as the engine does', () => {
    const header = { fileSizeBytes: 0, kvBytesPerToken: 1 };
    expect(estimateModelMemory(header, { contextTokens: 257, sequences: 1 }).kvCacheBytes).toBe(512);
  });
});

describe('admission', () => {
  const decide = (overrides: Partial<AdmissionInput>) =>
    decideAdmission({
      needBytes: 300,
      treeUsedBytes: 400,
      limitBytes: 1_000,
      systemUsedBytes: 400,
      systemTotalBytes: 1_000,
      ...overrides,
    });

  it('fills a budget to 70 % and not a byte more', () => {
    expect(decide({})).toEqual({ isAdmitted: true });
    expect(decide({ needBytes: 301 })).toEqual({
      isAdmitted: false,
      refusal: {
        scope: 'process_tree',
        needBytes: 301,
        usedBytes: 400,
        limitBytes: 1_000,
        ceilingBytes: 700,
      },
    });
  });

  it('keeps the machine under 70 % as well', () => {
    expect(decide({ systemUsedBytes: 401 })).toMatchObject({
      isAdmitted: false,
      refusal: { scope: 'system', usedBytes: 401 },
    });
  });
});
