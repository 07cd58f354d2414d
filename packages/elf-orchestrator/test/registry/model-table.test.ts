import { describe, expect, it } from 'vitest';
import { DEFAULT_MODEL_ID, findModel, MODEL_TABLE } from '../../src/index.js';

describe('the model table', () => {
  it('has one row for each id and no name that two rows answer to', () => {
    const names = MODEL_TABLE.flatMap(({ aliases, id }) => [id, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('finds a model by id or name, whatever the case', () => {
    expect(findModel('QWEN2.5-Coder 1.5B')?.id).toBe('qwen2.5-coder-1.5b');
    expect(findModel('qwen2.5-coder:1.5b')?.id).toBe('qwen2.5-coder-1.5b');
    expect(findModel('something-else')).toBeNull();
  });

  it('holds the default model as a nanite under an open license', () => {
    expect(findModel(DEFAULT_MODEL_ID)).toMatchObject({
      role: 'nanite',
      isOpenSource: true,
      kvBytesPerToken: 28_672,
    });
  });

  it('claims no digest that nobody verified, and labels every figure as an estimate', () => {
    for (const { estimates, sha256 } of MODEL_TABLE) {
      expect(sha256).toBeNull();
      expect(estimates.basis).toBe('estimate');
    }
  });

  it('covers the families the product names', () => {
    const architectures = new Set(MODEL_TABLE.map(({ architecture }) => architecture));
    expect([...architectures].sort()).toEqual(
      [
        'gemma',
        'gemma3',
        'llama',
        'minicpm',
        'olmo',
        'openelm',
        'phi3',
        'qwen2',
        'rwkv6',
        'starcoder2',
      ].sort(),
    );
  });
});
