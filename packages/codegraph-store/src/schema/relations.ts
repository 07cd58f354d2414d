/** One value of a stored row. Structured values travel as JSON text. */
export type Cell = string | number | null;
export type Tuple = readonly Cell[];

export interface Relation {
  name: string;
  /** Columns in order, the key columns first. */
  columns: readonly string[];
  keyCount: number;
  /** The statement that creates the relation. */
  create: string;
}

type Columns = Record<string, 'String' | 'Int' | 'Float' | 'String?'>;

/** Every relation of the CodeGraph. Hot metadata, code, future, summaries and compiler facts are kept apart. */
export const RELATIONS = {
  files: defineRelation(
    'files',
    { path: 'String' },
    {
      hash: 'String',
      size_bytes: 'Int',
      mtime_ms: 'Float',
      line_count: 'Int',
      language: 'String',
      crate: 'String?',
      module_path: 'String?',
    },
  ),
  rows: defineRelation(
    'rows',
    { key: 'String' },
    {
      file: 'String',
      kind: 'String',
      name: 'String',
      visibility: 'String',
      tdd_classification: 'String',
      crate: 'String?',
      module_path: 'String?',
      parent_key: 'String?',
      line: 'Int',
      token_count: 'Int',
      content_hash: 'String',
      interface_signature: 'String',
      doc: 'String',
      place: 'String',
    },
  ),
  code: defineRelation('code', { key: 'String' }, { current_code: 'String' }),
  summaries: defineRelation(
    'summaries',
    { key: 'String' },
    {
      text: 'String',
      provenance: 'String',
      content_hash: 'String',
      model_sha: 'String?',
      prompt_version: 'String?',
      quality: 'Float',
    },
  ),
  compiler_facts: defineRelation('compiler_facts', { key: 'String' }, { facts: 'String' }),
  edges: defineRelation(
    'edges',
    { from: 'String', kind: 'String', to: 'String' },
    {
      resolution: 'String',
      reason: 'String',
      sites: 'String',
    },
  ),
  references: defineRelation(
    'references',
    { key: 'String' },
    { unresolved_count: 'Int', external: 'String' },
  ),
  plans: defineRelation('plans', { plan: 'String' }, { proposed_at: 'String' }),
  future: defineRelation(
    'future',
    { plan: 'String', key: 'String' },
    {
      action: 'String',
      base_hash: 'String?',
      row: 'String?',
      layout: 'String?',
    },
  ),
  skipped: defineRelation('skipped', { path: 'String' }, { reason: 'String', detail: 'String?' }),
  diagnostics: defineRelation(
    'diagnostics',
    { path: 'String', start: 'Int', end: 'Int', message: 'String' },
    {
      line: 'Int',
      severity: 'String',
    },
  ),
  meta: defineRelation('meta', { name: 'String' }, { value: 'String' }),
} as const satisfies Record<string, Relation>;

export type RelationName = keyof typeof RELATIONS;
export const RELATION_NAMES = Object.keys(RELATIONS) as RelationName[];

/** What a write does to one relation: full tuples to put and key tuples to remove, never the same key in both. */
export interface Change {
  relation: RelationName;
  puts: readonly Tuple[];
  removes: readonly Tuple[];
}

/** The identity of a tuple within its relation. */
export function identifyTuple(relation: RelationName, tuple: Tuple): string {
  const { keyCount } = RELATIONS[relation];
  return keyCount === 1 ? String(tuple[0]) : JSON.stringify(tuple.slice(0, keyCount));
}

function defineRelation(name: string, keys: Columns, values: Columns): Relation {
  const format = (columns: Columns) =>
    Object.entries(columns)
      .map(([column, type]) => `${column}: ${type}`)
      .join(', ');
  return {
    name,
    columns: [...Object.keys(keys), ...Object.keys(values)],
    keyCount: Object.keys(keys).length,
    create: `:create ${name} {${format(keys)} => ${format(values)}}`,
  };
}
