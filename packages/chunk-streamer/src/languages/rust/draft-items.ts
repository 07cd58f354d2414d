import type { Chunk } from '@parseltongue/isg-core';
import type { FilePlace } from '../define-language.js';
import { type Attribute, parseAttribute, readCfgs } from './attributes.js';
import type { CapturedFile, CapturedItem } from './captured-item.js';
import { type CfgPredicate, parseCfg } from './cfg.js';
import { classifyFile, classifyItem, type TestClass } from './classify.js';
import { readDoc, readDocAttribute } from './doc.js';
import { type ItemName, nameItem } from './name-items.js';
import { normalizeType } from './normalize.js';
import { readCallArguments, readCallHead } from './read-call-head.js';
import { endOfInterface, formatSignature, readVisibility } from './signature.js';

/** A row in the making; offsets are UTF-16 units. */
export interface Draft {
  naming: ItemName;
  parent: number;
  order: number;
  start: number;
  end: number;
  nodeStart: number;
  nodeEnd: number;
  /** End of the part that callers see. */
  interfaceEnd: number;
  line: number;
  /** Key segments of the rows around this one, and the one for rows inside it. */
  container: string[];
  modulePath: string | null;
  /** `module_path` of rows inside. */
  innerModulePath: string | null;
  ownCfgs: CfgPredicate[];
  cfgs: CfgPredicate[];
  testClass: TestClass;
  signature: string;
  visibility: Chunk['visibility'];
  doc: string;
  head: string;
  readArguments: () => string;
  firstChildName: string;
  childCount: number;
  /** End of the last child, the start of the item before there is one. */
  childEnd: number;
}

/** The text of the file and its place in the repository. */
export interface DraftInput {
  text: string;
  place: FilePlace;
}

/** The rows of a file but for their texts and keys: the file first, parents before children, in byte order. */
export function draftItems(captured: CapturedFile, input: DraftInput): Draft[] {
  const drafts = [draftFile(captured, input)];
  for (const item of captured.items) {
    const parent = drafts[item.parent + 1];
    if (parent === undefined) continue;
    const draft = draftItem(item, parent, input);
    parent.childCount += 1;
    parent.childEnd = draft.end;
    if (parent.firstChildName === '') parent.firstChildName = draft.naming.name;
    drafts.push(draft);
  }
  return drafts;
}

function draftFile(captured: CapturedFile, { text, place }: DraftInput): Draft {
  const { attributes, doc } = readAnnotations(captured.inner);
  const ownCfgs = readCfgs(attributes);
  const cfgs = [...place.cfg.map(parseCfg), ...ownCfgs];
  return {
    naming: { kind: 'file', name: '_', segment: null, nameStart: null, nameEnd: null, macroName: null },
    parent: -1,
    order: 0,
    start: 0,
    end: text.length,
    nodeStart: 0,
    nodeEnd: text.length,
    interfaceEnd: text.length,
    line: 1,
    container: [],
    modulePath: place.module_path,
    innerModulePath: place.module_path,
    ownCfgs,
    cfgs,
    testClass: classifyFile(place.test_scope, ownCfgs),
    signature: '',
    visibility: 'private',
    doc: readDoc(doc),
    head: '',
    readArguments: () => '',
    firstChildName: '',
    childCount: 0,
    childEnd: 0,
  };
}

function draftItem(item: CapturedItem, parent: Draft, { text }: DraftInput): Draft {
  const naming = nameItem(item, { text, parentKind: parent.naming.kind });
  const outer = readAnnotations(item.outer);
  const inner = readAnnotations(item.inner);
  const attributes = [...outer.attributes, ...inner.attributes];
  const ownCfgs = readCfgs(attributes);
  // in a broken tree an item may reach into its neighbor or out of its parent: rows never overlap
  const start = Math.min(Math.max(item.start, parent.childEnd), parent.end);
  const end = Math.max(start, Math.min(item.end, parent.end));
  const modulePath = parent.innerModulePath;
  const isModule = naming.kind === 'module';
  const interfaceEnd = endOfInterface(item, naming.kind);
  return {
    naming,
    parent: item.parent + 1,
    order: parent.childCount,
    start,
    end,
    nodeStart: item.nodeStart,
    nodeEnd: item.nodeEnd,
    interfaceEnd,
    line: item.row + 1,
    container:
      parent.naming.segment === null ? parent.container : [...parent.container, parent.naming.segment],
    modulePath,
    innerModulePath: isModule && modulePath !== null ? `${modulePath}::${naming.name}` : modulePath,
    ownCfgs,
    cfgs: [...parent.cfgs, ...ownCfgs],
    testClass: classifyItem({
      kind: naming.kind,
      macroName: naming.macroName,
      attributes,
      cfgs: ownCfgs,
      enclosing: parent.testClass,
    }),
    signature: formatSignature(item, naming.kind, { text, interfaceEnd }),
    visibility: readVisibility(item, text, attributes),
    doc: readDoc([...outer.doc, ...inner.doc]),
    head: readHead(item, naming, { text, attributes }),
    readArguments: () => (naming.kind === 'macro_call' ? readCallArguments(item, text) : ''),
    firstChildName: '',
    childCount: 0,
    childEnd: start,
  };
}

interface Annotations {
  attributes: Attribute[];
  doc: string[];
}

function readAnnotations(pieces: readonly string[]): Annotations {
  const annotations: Annotations = { attributes: [], doc: [] };
  for (const piece of pieces) {
    if (!piece.startsWith('#')) {
      annotations.doc.push(piece);
      continue;
    }
    const attribute = parseAttribute(piece);
    annotations.attributes.push(attribute);
    const doc = attribute.path === 'doc' ? readDocAttribute(attribute.args) : null;
    if (doc !== null) annotations.doc.push(doc);
  }
  return annotations;
}

function readHead(
  item: CapturedItem,
  naming: ItemName,
  { text, attributes }: { text: string; attributes: readonly Attribute[] },
): string {
  switch (naming.kind) {
    case 'macro_call':
      return readCallHead(item, text);
    case 'impl': {
      const { generics, where } = item.parts;
      return [generics, where]
        .map((extent) => (extent ? normalizeType(text.slice(extent.start, extent.end)) : ''))
        .join('')
        .replace(/,$/, '');
    }
    case 'extern_block':
      return normalizeType(attributes.find((attribute) => attribute.path === 'link')?.args ?? '');
    case 'const': {
      const value = naming.name === '_' ? item.parts.value : undefined;
      return value === undefined ? '' : normalizeType(text.slice(value.start, value.end));
    }
    default:
      return '';
  }
}
