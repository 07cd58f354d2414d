import { hash } from 'node:crypto';
import { fileKey, formatKey, type RowKey, type RowKind } from '@parseltongue/isg-core';

/** What tells an item from its twins. Items come parents first; index 0 is the file itself. */
export interface KeyedItem {
  kind: RowKind;
  parent: number;
  container: readonly string[];
  name: string;
  /** `cfg` predicates on the item itself, null without. */
  cfg: string | null;
  /** First distinguishing content: generics and bounds of an impl, link name of a block, arguments of a call. */
  head: string;
  firstChildName: string;
  signature: string;
  /** All arguments of a macro call; empty for other items. Asked for twins only. */
  readArguments(): string;
  contentHash: string;
}

const MAX_FEATURE_UNITS = 48;
const FEATURE_HEAD_UNITS = 32;

type Feature = (item: KeyedItem, discriminators: readonly (string | undefined)[]) => string;

// In order of stability: an edit elsewhere, then an edit of the item, changes the earlier ones least.
const FEATURES: readonly Feature[] = [
  (item, discriminators) => discriminators[item.parent] ?? '',
  (item) => item.cfg ?? '',
  (item) => item.kind,
  (item) => item.head,
  (item) => item.firstChildName,
  (item) => item.readArguments(),
  (item) => shortHash(item.signature),
  (item) => item.contentHash.slice(0, 8),
];

/**
 * Gives every item its ISGL1 key, unique in the file.
 *
 * An item without twins has the plain key. Twins get only the features that tell them apart; an ordinal is the last
 * resort. Items that are anonymous by nature, macro calls and `const _`, always carry their first content, so that
 * adding another one changes no key.
 */
export function assignKeys(path: string, items: readonly KeyedItem[]): RowKey[] {
  const groups = new Map<string, number[]>();
  items.forEach((item, index) => {
    if (index === 0) return;
    const plain = formatKey({ path, container: item.container, name: item.name });
    const group = groups.get(plain);
    if (group === undefined) groups.set(plain, [index]);
    else group.push(index);
  });
  const state: KeyState = { items, discriminators: [], path };
  // A group's own key decides before its children ask for the discriminator of their parent.
  for (const group of groups.values()) discriminateGroup(state, group);
  return toUniqueKeys(state);
}

interface KeyState {
  path: string;
  items: readonly KeyedItem[];
  discriminators: (string | undefined)[];
}

function discriminateGroup(state: KeyState, group: readonly number[]): void {
  const anonymous = group.filter((index) => isAnonymous(state.items[index]));
  const named = group.filter((index) => !isAnonymous(state.items[index]));
  splitGroup(state, { group: named, features: FEATURES, prefix: [] });
  for (const [value, part] of partition(anonymous, (index) => headOf(state.items[index]))) {
    splitGroup(state, { group: part, features: FEATURES, prefix: [value] });
  }
}

function isAnonymous(item: KeyedItem | undefined): boolean {
  return item !== undefined && (item.kind === 'macro_call' || item.name === '_');
}

function headOf(item: KeyedItem | undefined): string {
  const head = item === undefined ? '' : item.firstChildName || item.head;
  return head === '' ? (item?.kind ?? '') : fitFeature(head);
}

interface GroupSplit {
  group: readonly number[];
  features: readonly Feature[];
  prefix: readonly string[];
}

function splitGroup(state: KeyState, { group, features, prefix }: GroupSplit): void {
  const [feature, ...rest] = features;
  if (feature === undefined || group.length < 2) {
    for (const index of group)
      state.discriminators[index] = prefix.length === 0 ? undefined : prefix.join('~');
    return;
  }
  const valueOf = (index: number): string => {
    const item = state.items[index];
    return item === undefined ? '' : fitFeature(feature(item, state.discriminators));
  };
  const parts = partition(group, valueOf);
  for (const [value, part] of parts) {
    const isTelling = parts.size > 1 && value !== '';
    splitGroup(state, { group: part, features: rest, prefix: isTelling ? [...prefix, value] : prefix });
  }
}

function partition(group: readonly number[], valueOf: (index: number) => string): Map<string, number[]> {
  const parts = new Map<string, number[]>();
  for (const index of group) {
    const value = valueOf(index);
    const part = parts.get(value);
    if (part === undefined) parts.set(value, [index]);
    else part.push(index);
  }
  return parts;
}

function toUniqueKeys({ path, items, discriminators }: KeyState): RowKey[] {
  const used = new Set<RowKey>([fileKey(path)]);
  return items.map((item, index) => {
    if (index === 0) return fileKey(path);
    const base = { path, container: item.container, name: item.name };
    const discriminator = discriminators[index];
    let key = formatKey(discriminator === undefined ? base : { ...base, discriminator });
    for (let ordinal = 2; used.has(key); ordinal += 1) {
      const numbered = discriminator === undefined ? `#${ordinal}` : `${discriminator}~#${ordinal}`;
      key = formatKey({ ...base, discriminator: numbered });
    }
    used.add(key);
    return key;
  });
}

function fitFeature(text: string): string {
  if (text.length <= MAX_FEATURE_UNITS) return text;
  return `${text.slice(0, FEATURE_HEAD_UNITS)}#${shortHash(text)}`;
}

function shortHash(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 8);
}
