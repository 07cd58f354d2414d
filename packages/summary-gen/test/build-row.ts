import { type Chunk, formatKey, type RowKind } from '@parseltongue/isg-core';
import { buildChunk } from '@parseltongue/isg-core/testing';

export interface RowSpec extends Partial<Omit<Chunk, 'isgl1_key' | 'kind' | 'name'>> {
  kind: RowKind;
  name: string;
  /** Source of the item; the signature is what stands before its body unless given. */
  code: string;
  container?: readonly string[];
  /** Marks a test with this reason. */
  test?: string;
}

/** A chunk from its source, as the chunk streamer would give it. */
export function buildRow({ container = [], test, code, ...rest }: RowSpec): Chunk {
  const file = rest.file ?? 'src/lib.rs';
  const header = code.replace(/#\[[^\]]*\]\s*/g, '').split(/\s*(?:\{|;\s*$)/)[0] ?? '';
  return buildChunk({
    isgl1_key: formatKey({ path: file, container, name: rest.name }),
    current_code: code,
    interface_signature: header.replace(/\s+/g, ' ').trim(),
    ...(test === undefined ? {} : { tdd_classification: 'TEST_IMPLEMENTATION', tdd_reason: test }),
    ...rest,
  });
}
