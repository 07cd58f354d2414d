import { z } from 'zod';
import { CoreError } from './errors.js';

/** An ISGL1 key: `<path>-<container>-<name>`, read from the right. */
export const RowKeySchema = z.string().min(5).brand<'RowKey'>();
export type RowKey = z.infer<typeof RowKeySchema>;

/** The parts of a key, decoded. */
export interface KeyParts {
  /** Repo-relative path with `/`. May hold `-`. */
  path: string;
  /** Enclosing items from the file's root: module names, impl self types, `Trait@Self`, traits, outer functions. */
  container: readonly string[];
  /** The identifier; macros end in `!`; `_` for the file row. */
  name: string;
  /** Keeps twins apart: a cfg predicate, a kind, the first distinguishing content; an ordinal only as last resort. */
  discriminator?: string;
}

const ROOT = '_';
// Control characters, the separators of this format, and `%` itself; everything else stays readable.
// eslint-disable-next-line no-control-regex
const RESERVED = /[\u0000-\u0020\u007f%\-.]/g;
// eslint-disable-next-line no-control-regex
const RESERVED_IN_NAME = /[\u0000-\u0020\u007f%\-.~]/g;

/**
 * Formats the parts as a key; the exact inverse of {@link parseKey}.
 *
 * @throws CoreError PT_CORE_KEY_PART_INVALID when a part is empty or the path is absolute or leaves the repository
 */
export function formatKey(parts: KeyParts): RowKey {
  assertPath(parts.path);
  const container = parts.container.length === 0 ? ROOT : parts.container.map(encodeSegment).join('.');
  assertFilled('name', parts.name);
  const name = encode(parts.name, RESERVED_IN_NAME);
  const suffix = parts.discriminator === undefined ? '' : `~${encodeDiscriminator(parts.discriminator)}`;
  return `${parts.path}-${container}-${name}${suffix}` as RowKey;
}

/**
 * Parses a key from the right, so that a path may hold `-`; the exact inverse of {@link formatKey}.
 *
 * @throws CoreError PT_CORE_KEY_MALFORMED when the text is not a key in canonical form
 */
export function parseKey(key: string): KeyParts {
  const parts = splitKey(key);
  if (parts === undefined || formatKey(parts) !== key) {
    throw new CoreError('PT_CORE_KEY_MALFORMED', {
      message: `"${key}" is not an ISGL1 key. Expected <path>-<container>-<name>, for example src/lib.rs-Parser-parse`,
      details: { key },
    });
  }
  return parts;
}

/** True when the text parses as a key. */
export function isKey(text: string): text is RowKey {
  try {
    parseKey(text);
    return true;
  } catch {
    return false;
  }
}

/** The key of a file's own row: `<path>-_-_`. */
export function fileKey(path: string): RowKey {
  return formatKey({ path, container: [], name: ROOT });
}

/** The path part of a key, without checking the rest. */
export function pathOfKey(key: RowKey): string {
  const nameAt = key.lastIndexOf('-');
  return key.slice(0, key.lastIndexOf('-', nameAt - 1));
}

function splitKey(key: string): KeyParts | undefined {
  const nameAt = key.lastIndexOf('-');
  const containerAt = nameAt < 1 ? -1 : key.lastIndexOf('-', nameAt - 1);
  if (containerAt < 1) return undefined;
  const path = key.slice(0, containerAt);
  const container = key.slice(containerAt + 1, nameAt);
  const [name = '', ...rest] = key.slice(nameAt + 1).split('~');
  const segments = container === ROOT ? [] : container.split('.').map(decode);
  if (!isInsidePath(path) || name === '' || segments.some((segment) => segment === '')) return undefined;
  const parts: KeyParts = { path, container: segments, name: decode(name) };
  if (rest.length === 0) return parts;
  const discriminator = decode(rest.join('~'));
  return discriminator === '' ? undefined : { ...parts, discriminator };
}

function encodeSegment(segment: string): string {
  assertFilled('container', segment);
  if (segment === ROOT) return '%5F';
  return encode(segment, RESERVED);
}

function encodeDiscriminator(text: string): string {
  assertFilled('discriminator', text);
  return encode(text, RESERVED);
}

function encode(text: string, reserved: RegExp): string {
  return text.replace(
    reserved,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function decode(text: string): string {
  return text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function assertFilled(part: 'container' | 'name' | 'discriminator', value: string): void {
  if (value !== '') return;
  throw new CoreError('PT_CORE_KEY_PART_INVALID', {
    message: `The ${part} of an ISGL1 key is empty. Give the item's identifier or a discriminator`,
    details: { part, value },
  });
}

function assertPath(path: string): void {
  if (isInsidePath(path)) return;
  throw new CoreError('PT_CORE_KEY_PART_INVALID', {
    message: `"${path}" cannot start an ISGL1 key. Give a repo-relative path with "/" that stays inside the repository`,
    details: { part: 'path', value: path },
  });
}

/** True for a repo-relative path with `/` that names no parent, no root and no empty segment. */
export function isInsidePath(path: string): boolean {
  if (path === '' || path.includes('\\') || path.includes('\0') || /^[A-Za-z]:/.test(path)) return false;
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}
