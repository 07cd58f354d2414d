/** Tokens of a synthetic model: one for each byte, three control tokens, then whole lines. */
export interface SyntheticVocabulary {
  /** Token texts as a GPT-2 style vocabulary writes them. */
  tokens: readonly string[];
  /** Token types: 1 normal, 3 control. */
  types: readonly number[];
  bosId: number;
  eosId: number;
  /** Token id of the first extra line. */
  firstLineId: number;
}

/**
 * Builds a byte-level vocabulary: token `i < 256` is byte `i`, so text of any kind round-trips with one token a byte.
 *
 * The extra lines are never produced by tokenizing; only a model's weights can choose them.
 */
export function createByteVocabulary(lines: readonly string[]): SyntheticVocabulary {
  const byteTexts = mapBytesToText();
  const control = ['<|bos|>', '<|eos|>', '<|pad|>'];
  const extra = lines.map((line) =>
    Array.from(Buffer.from(line, 'utf8'), (byte) => byteTexts[byte] ?? '').join(''),
  );
  return {
    tokens: [...byteTexts, ...control, ...extra],
    types: [...byteTexts.map(() => 1), ...control.map(() => 3), ...extra.map(() => 1)],
    bosId: 256,
    eosId: 257,
    firstLineId: 256 + control.length,
  };
}

/** The byte-to-unicode table of GPT-2: printable Latin-1 stays, every other byte moves to U+0100 and up, in order. */
function mapBytesToText(): string[] {
  let moved = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const stays = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(stays ? byte : 256 + moved++);
  });
}
