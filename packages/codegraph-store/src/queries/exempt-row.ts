import type { DeadCodeExemption } from '../contract-structure.js';
import type { GraphView } from '../state/graph-view.js';
import type { CatalogEntry } from '../state/row-catalog.js';

export interface ExemptionScope {
  view: GraphView;
  includePublic: boolean;
  /** Functions that serde's attributes name as text. */
  serdeNames: ReadonlySet<string>;
  /** Own text by key. */
  code: ReadonlyMap<string, string>;
}

const ENTRY_FILES = /(^|\/)(build\.rs|(examples|benches|fuzz_targets)\/.*)$/;
const FOREIGN =
  /#\s*\[\s*(?:unsafe\s*\(\s*)?(?:no_mangle|export_name|link_section|used|wasm_bindgen|pyfunction|pyclass|napi|panic_handler|global_allocator|alloc_error_handler)\b|\bextern\s+"[^"]+"\s+fn\b/;
const ATTRIBUTE =
  /#\s*\[\s*(?:tokio::main|async_std::main|proc_macro(?:_derive|_attribute)?|ctor|dtor|handler|get|post|put|delete|command|rstest|test_case|bench|entry|interrupt|macro_export)\b/;
const ALLOWED = /#\s*!?\s*\[\s*(?:allow|expect)\s*\(\s*[^)]*\b(?:dead_code|unused)\b/;
const SERDE_NAME =
  /\b(?:default|serialize_with|deserialize_with|with|skip_serializing_if|getter|value_parser|default_value_t|parse\(\w+)\s*=\s*"?([\w:]+)"?/g;

/** Why a row without a user in the graph is used all the same; undefined when nothing says so. */
export function exemptRow(entry: CatalogEntry, scope: ExemptionScope): DeadCodeExemption | undefined {
  const code = scope.code.get(entry.key) ?? '';
  const rules: [DeadCodeExemption, () => boolean][] = [
    ['entry_point', () => isEntryPoint(entry)],
    ['test', () => entry.tdd === 'TEST_IMPLEMENTATION'],
    ['trait_item', () => isTraitItem(entry, scope.view)],
    ['foreign_interface', () => FOREIGN.test(code)],
    ['attribute', () => ATTRIBUTE.test(code)],
    ['allowed', () => ALLOWED.test(code) || entry.name.startsWith('_')],
    ['serde', () => scope.serdeNames.has(entry.name)],
    ['public_api', () => !scope.includePublic && entry.visibility === 'public'],
    ['name_candidate', () => hasNameCandidate(entry, scope.view)],
  ];
  return rules.find(([, applies]) => applies())?.[0];
}

/** The functions that attributes name by their path, as serde does: `default = "path::name"`. */
export function readSerdeNames(texts: Iterable<string>): Set<string> {
  const names = new Set<string>();
  for (const text of texts) {
    if (!text.includes('#[')) continue;
    for (const [, path = ''] of text.matchAll(SERDE_NAME)) names.add(path.split('::').at(-1) ?? path);
  }
  return names;
}

function isEntryPoint(entry: CatalogEntry): boolean {
  return entry.kind === 'function' && entry.name === 'main' ? true : ENTRY_FILES.test(entry.file);
}

/** Items of a trait and of a trait's impl are called through the trait: Drop, Display and operators by no name at all. */
function isTraitItem(entry: CatalogEntry, view: GraphView): boolean {
  const parent = entry.parentKey === null ? undefined : view.get(entry.parentKey);
  if (parent === undefined) return false;
  if (parent.kind === 'trait') return true;
  return parent.kind === 'impl' && (parent.name.includes('@') || / for /.test(parent.signature));
}

function hasNameCandidate(entry: CatalogEntry, view: GraphView): boolean {
  return view.edgesTo(entry.key).some((edge) => edge.resolution === 'name' && edge.from !== entry.key);
}
