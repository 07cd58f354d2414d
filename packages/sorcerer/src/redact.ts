/** What stands where a secret stood. An answer that quotes it is refused: it would overwrite the secret. */
export const REDACTION_MARK = '[redacted]';

const PATTERNS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}/g,
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{30,}/g,
  /\bglpat-[A-Za-z0-9_-]{20,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bAIza[0-9A-Za-z_-]{35}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\bnpm_[A-Za-z0-9]{36}/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
];
const BEARER = /\b(Bearer\s+)[A-Za-z0-9._~+/-]{20,}=*/g;

/** Replaces keys, tokens and private key blocks of well-known shapes; other text stays byte for byte. */
export function redactSecrets(text: string): string {
  const redacted = PATTERNS.reduce((result, pattern) => result.replace(pattern, REDACTION_MARK), text);
  return redacted.replace(BEARER, `$1${REDACTION_MARK}`);
}

/** The same for every string inside a JSON value. */
export function redactValue<T>(value: T): T {
  if (typeof value === 'string') return redactSecrets(value) as T;
  if (Array.isArray(value)) return value.map((entry: unknown) => redactValue(entry)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, redactValue<unknown>(entry)]),
  ) as T;
}
