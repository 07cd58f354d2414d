import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import { fileKey, isInsidePath, isKey, parseKey, type RowKey } from '@parseltongue/isg-core';
import { CliError } from '../errors.js';

const LOOKED_AT = 50;
const LOOKED_AT_TOKENS = 8000;
const NAMED = 5;

/**
 * The rows a person means: each text is a key, a key without its generics, a file, a name or `Type::name`.
 *
 * @throws CliError PT_CLI_USAGE when no row fits a text, or several do, naming the nearest
 */
export async function findRows(store: CodeGraphStore, texts: readonly string[]): Promise<RowKey[]> {
  const keys: RowKey[] = [];
  for (const text of texts) keys.push(await findRow(store, text));
  return keys;
}

async function findRow(store: CodeGraphStore, text: string): Promise<RowKey> {
  if (isKey(text) && (await store.getRow(text)) !== undefined) return text;
  const file = isInsidePath(text) ? fileKey(text) : undefined;
  if (file !== undefined && (await store.getRow(file)) !== undefined) return file;
  const fitting = isKey(text) ? await findInFile(store, text) : await findByName(store, text);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  if (fitting.length > 1) throw ambiguous(text, fitting);
  throw unknown(text, await findNearest(store, text));
}

async function findInFile(store: CodeGraphStore, key: RowKey): Promise<RowKey[]> {
  const bare = dropGenerics(key);
  const rows = await store.rowsOfFile(parseKey(key).path);
  return rows.map(({ isgl1_key }) => isgl1_key).filter((candidate) => dropGenerics(candidate) === bare);
}

async function findByName(store: CodeGraphStore, text: string): Promise<RowKey[]> {
  const path = dropGenerics(text).split('::');
  const name = path.at(-1) ?? '';
  if (!/^[\p{L}_][\p{L}\p{N}_]*!?$/u.test(name)) return [];
  const { hits } = await store.search(name, { limit: LOOKED_AT, tokenBudget: LOOKED_AT_TOKENS });
  return hits
    .filter(({ kind }) => kind !== 'impl')
    .map(({ key }) => key)
    .filter((key) => endsWith(key, path));
}

/** True when the row's containers and name end in these words. */
function endsWith(key: RowKey, path: readonly string[]): boolean {
  const { container, name } = parseKey(key);
  const whole = [...container.flatMap((part) => dropGenerics(part).split('@')), name].map(dropGenerics);
  return path.every((word, i) => whole.at(i - path.length) === word);
}

async function findNearest(store: CodeGraphStore, text: string): Promise<RowKey[]> {
  const name = text.slice(Math.max(text.lastIndexOf('-'), text.lastIndexOf(':')) + 1);
  const { hits } = await store.search(name === '' ? text : name, { limit: NAMED });
  const sameFile = ({ key }: { key: string }): boolean =>
    isKey(text) && key.startsWith(`${parseKey(text).path}-`);
  return [...hits.filter(sameFile), ...hits.filter((hit) => !sameFile(hit))].map(({ key }) => key);
}

/** `Parser<'run,'src>` as `Parser`; innermost brackets first. */
function dropGenerics(text: string): string {
  const shorter = text.replace(/<[^<>]*>/g, '');
  return shorter === text ? text : dropGenerics(shorter);
}

function ambiguous(text: string, keys: readonly RowKey[]): CliError {
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : '';
  return new CliError('PT_CLI_USAGE', {
    message: `"${text}" fits ${keys.length} rows, give one of their keys: ${keys.slice(0, NAMED).join(', ')}${more}`,
    details: { argument: text },
  });
}

function unknown(text: string, nearest: readonly RowKey[]): CliError {
  const hint = nearest.length === 0 ? 'parseltongue search finds keys' : `Nearest: ${nearest.join(', ')}`;
  return new CliError('PT_CLI_USAGE', { message: `No row "${text}". ${hint}`, details: { argument: text } });
}
