/** Why a GGUF file is refused before any native code sees it. */
export type GgufRefusalCode =
  | 'unreadable'
  | 'too_short'
  | 'not_gguf'
  | 'version_unsupported'
  | 'counts_implausible'
  | 'header_truncated'
  | 'string_invalid'
  | 'value_type_unknown'
  | 'key_duplicate'
  | 'key_missing'
  | 'key_type'
  | 'key_value'
  | 'split_unsupported'
  | 'vocabulary_invalid'
  | 'tensor_duplicate'
  | 'tensor_type_unknown'
  | 'tensor_dims'
  | 'tensor_missing'
  | 'tensor_shape'
  | 'tensor_misaligned'
  | 'tensor_overlap'
  | 'tensor_out_of_file';

/** A refusal as data: the code, the key or tensor it is about, and one sentence. */
export interface GgufRefusal {
  code: GgufRefusalCode;
  subject: string | null;
  message: string;
}

/** Carries a refusal out of nested parsing; never crosses the door of this package. */
export class GgufRefused extends Error {
  readonly refusal: GgufRefusal;

  constructor(code: GgufRefusalCode, subject: string | null, message: string) {
    super(message);
    this.refusal = { code, subject, message };
  }
}

/** Signals that the header continues past the bytes at hand. */
export class GgufNeedsMore extends Error {}
