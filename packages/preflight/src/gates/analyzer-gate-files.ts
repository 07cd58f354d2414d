import type { Chunk, FileChange } from '@parseltongue/isg-core';
import type { Location } from 'vscode-languageserver-protocol';
import { toTreePath } from '../analyzer/map-workspace-edit.js';
import { type AnalyzerSession, readSessionText } from '../analyzer/open-analyzer.js';
import { toUri } from '../analyzer/overlay.js';
import { createTextPositions, type TextPosition } from '../analyzer/text-positions.js';
import { type GateContext, signalOf } from './gate-context.js';

/** Files outside a proposal that it may break. */
export interface AffectedFiles {
  paths: string[];
  /** How many more there are than are looked at. */
  dropped: number;
}

const MAX_FILES = 60;
const MAX_ITEMS = 40;
const SIGNATURE_KINDS = new Set(['function', 'method']);

/**
 * Finds the files that refer to what a proposal deletes or gives another face: as the graph knows them and as the server
 * knows them, asked before it sees the change.
 *
 * @throws PreflightError PT_PREFLIGHT_ANALYZER_FAILED
 */
export async function findAffectedFiles(
  context: GateContext,
  session: AnalyzerSession,
): Promise<AffectedFiles> {
  const changed = new Set(context.proposal.files.map((file) => file.path));
  const faces = await findChangedFaces(context, session);
  const found = new Set<string>();
  const edges = await context.graph.edgesTo(
    faces.map((row) => row.isgl1_key),
    { kinds: ['calls', 'uses_type', 'imports', 'implements', 'uses_macro'] },
  );
  for (const edge of edges) {
    const row = await context.graph.getRow(edge.from);
    if (row !== undefined) found.add(row.file);
  }
  for (const row of faces.slice(0, MAX_ITEMS))
    for (const path of await askReferences(context, session, row)) found.add(path);
  const paths = [...found]
    .filter((path) => !changed.has(path) && path.endsWith('.rs') && readSessionText(session, path) !== null)
    .sort();
  return { paths: paths.slice(0, MAX_FILES), dropped: Math.max(0, paths.length - MAX_FILES) };
}

/** Rows of the untouched files that go away or look different from outside. */
async function findChangedFaces(context: GateContext, session: AnalyzerSession): Promise<Chunk[]> {
  const faces: Chunk[] = [];
  for (const file of context.proposal.files) {
    if (!file.path.endsWith('.rs') || file.before_hash === null) continue;
    const before = await chunk(context, file.path, readSessionText(session, file.path));
    const after = new Map((await chunk(context, file.path, file.after)).map((row) => [row.isgl1_key, row]));
    for (const row of before) {
      if (row.kind === 'file' || row.kind === 'impl') continue;
      const next = after.get(row.isgl1_key);
      if (next === undefined || isOtherFace(row, next)) faces.push(row);
    }
  }
  return faces;
}

async function chunk(context: GateContext, path: string, text: FileChange['after']): Promise<Chunk[]> {
  return text === null ? [] : (await context.chunker.chunkFile({ path, text })).rows;
}

/** The body of a function is nobody else's business; fields, variants, values and macro arms are. */
function isOtherFace(row: Chunk, next: Chunk): boolean {
  const isSigned = row.interface_signature !== '' && next.interface_signature !== '';
  if (isSigned && SIGNATURE_KINDS.has(row.kind))
    return row.interface_signature !== next.interface_signature || row.cfg !== next.cfg;
  if (isSigned && (row.kind === 'module' || row.kind === 'trait'))
    return row.interface_signature !== next.interface_signature;
  return row.content_hash !== next.content_hash;
}

async function askReferences(context: GateContext, session: AnalyzerSession, row: Chunk): Promise<string[]> {
  const text = readSessionText(session, row.file);
  const position = text === null ? null : findName(text, row, session);
  if (position === null) return [];
  const locations = await session.server.request<Location[] | null>(
    'textDocument/references',
    {
      textDocument: { uri: toUri(session, row.file) },
      position,
      context: { includeDeclaration: false },
    },
    { timeoutMs: session.requestTimeoutMs, ...signalOf(context) },
  );
  const paths = (locations ?? []).map((location) => toTreePath(session.treeDir, location.uri));
  return [...new Set(paths.filter((path) => path !== null))];
}

/** Where the row's name stands, found behind the keyword that declares it. */
function findName(text: string, row: Chunk, session: AnalyzerSession): TextPosition | null {
  const name = row.name.replace(/!$/, '').replace(/^r#/, '');
  if (!/^\w+$/.test(name)) return null;
  const bytes = Buffer.from(text, 'utf8');
  const own = bytes.toString('utf8', row.span.start, row.span.end);
  const declared = new RegExp(
    `\\b(?:fn|struct|enum|union|trait|type|const|static(?:\\s+mut)?|mod|macro_rules!)\\s+(?:r#)?(?=${name}\\b)`,
  ).exec(own);
  if (declared === null) return null;
  const before = own.slice(0, declared.index + declared[0].length);
  const offset = row.span.start + Buffer.byteLength(before, 'utf8');
  return createTextPositions(text, session.server.encoding).positionOf(offset);
}
