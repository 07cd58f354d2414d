import type { BatchItem, Token } from 'node-llama-cpp';
import { describe, expect, it } from 'vitest';
import { orderByPlace, placeToPriority } from '../../src/worker/batch-order.js';

function createItem(place: number, tokenCount: number): BatchItem {
  return {
    tokens: Array.from({ length: tokenCount }, () => 0 as Token),
    logits: [],
    evaluationPriority: placeToPriority(place),
  };
}

describe('a batch', () => {
  it('takes sequences in the order of their places, whichever came first', () => {
    const items = [createItem(6, 1), createItem(2, 64), createItem(0, 1), createItem(1, 1)];
    expect(orderByPlace({ items, size: 320 })).toEqual([
      { item: items[2], processAmount: 1 },
      { item: items[3], processAmount: 1 },
      { item: items[1], processAmount: 64 },
      { item: items[0], processAmount: 1 },
    ]);
  });

  it('never holds more tokens than it has room for', () => {
    const items = [createItem(0, 40), createItem(1, 40), createItem(2, 40)];
    const amounts = orderByPlace({ items, size: 64 }).map(({ processAmount }) => processAmount);
    expect(amounts).toEqual([40, 24]);
  });
});
