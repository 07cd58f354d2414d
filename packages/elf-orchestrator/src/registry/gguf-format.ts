/** Value types of GGUF metadata, by their number in the file. */
export const GGUF_VALUE_TYPES = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;
export type GgufValueType = keyof typeof GGUF_VALUE_TYPES;

/** Bytes of the fixed-size value types; strings and arrays are absent. */
export const GGUF_VALUE_BYTES: Readonly<Partial<Record<GgufValueType, number>>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  u64: 8,
  i64: 8,
  f64: 8,
};

/** One tensor storage type: how many values share a block and how many bytes a block takes. */
export interface GgmlBlock {
  name: string;
  values: number;
  bytes: number;
}

/** Tensor storage types by their number in the file. */
export const GGML_BLOCKS: ReadonlyMap<number, GgmlBlock> = new Map([
  [0, { name: 'F32', values: 1, bytes: 4 }],
  [1, { name: 'F16', values: 1, bytes: 2 }],
  [2, { name: 'Q4_0', values: 32, bytes: 18 }],
  [3, { name: 'Q4_1', values: 32, bytes: 20 }],
  [6, { name: 'Q5_0', values: 32, bytes: 22 }],
  [7, { name: 'Q5_1', values: 32, bytes: 24 }],
  [8, { name: 'Q8_0', values: 32, bytes: 34 }],
  [9, { name: 'Q8_1', values: 32, bytes: 36 }],
  [10, { name: 'Q2_K', values: 256, bytes: 84 }],
  [11, { name: 'Q3_K', values: 256, bytes: 110 }],
  [12, { name: 'Q4_K', values: 256, bytes: 144 }],
  [13, { name: 'Q5_K', values: 256, bytes: 176 }],
  [14, { name: 'Q6_K', values: 256, bytes: 210 }],
  [15, { name: 'Q8_K', values: 256, bytes: 292 }],
  [16, { name: 'IQ2_XXS', values: 256, bytes: 66 }],
  [17, { name: 'IQ2_XS', values: 256, bytes: 74 }],
  [18, { name: 'IQ3_XXS', values: 256, bytes: 98 }],
  [19, { name: 'IQ1_S', values: 256, bytes: 50 }],
  [20, { name: 'IQ4_NL', values: 32, bytes: 18 }],
  [21, { name: 'IQ3_S', values: 256, bytes: 110 }],
  [22, { name: 'IQ2_S', values: 256, bytes: 82 }],
  [23, { name: 'IQ4_XS', values: 256, bytes: 136 }],
  [24, { name: 'I8', values: 1, bytes: 1 }],
  [25, { name: 'I16', values: 1, bytes: 2 }],
  [26, { name: 'I32', values: 1, bytes: 4 }],
  [27, { name: 'I64', values: 1, bytes: 8 }],
  [28, { name: 'F64', values: 1, bytes: 8 }],
  [29, { name: 'IQ1_M', values: 256, bytes: 56 }],
  [30, { name: 'BF16', values: 1, bytes: 2 }],
  [34, { name: 'TQ1_0', values: 256, bytes: 54 }],
  [35, { name: 'TQ2_0', values: 256, bytes: 66 }],
  [39, { name: 'MXFP4', values: 32, bytes: 17 }],
]);

/** Storage types whose weights are plain numbers, so that nothing is repacked when they are loaded. */
export const PLAIN_GGML_TYPES: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16', 'F64']);
