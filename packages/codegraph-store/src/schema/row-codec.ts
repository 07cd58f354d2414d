import type {
  Chunk,
  Edge,
  FileFacts,
  FutureRow,
  LspMetaData,
  ReferenceCounts,
  Row,
  RowKey,
  Site,
  Summary,
} from '@parseltongue/isg-core';
import type { Tuple } from './relations.js';

/** The columns of `rows` that questions rarely ask for, kept together as one JSON text. */
interface Place {
  span: Chunk['span'];
  order: number;
  parent_offset: number;
  cfg: string | null;
  tdd_reason: string;
}

/** The tuple of `rows` for a chunk; its code goes to {@link encodeCode}. */
export function encodeChunk(chunk: Chunk): Tuple {
  const place: Place = {
    span: chunk.span,
    order: chunk.order,
    parent_offset: chunk.parent_offset,
    cfg: chunk.cfg,
    tdd_reason: chunk.tdd_reason,
  };
  return [
    chunk.isgl1_key,
    chunk.file,
    chunk.kind,
    chunk.name,
    chunk.visibility,
    chunk.tdd_classification,
    chunk.crate,
    chunk.module_path,
    chunk.parent_key,
    chunk.line,
    chunk.token_count,
    chunk.content_hash,
    chunk.interface_signature,
    chunk.doc,
    JSON.stringify(place),
  ];
}

/** The chunk of a `rows` tuple and its code; inverse of {@link encodeChunk}. */
export function decodeChunk(tuple: Tuple, code: string): Chunk {
  const [
    key,
    file,
    kind,
    name,
    visibility,
    tdd,
    crate,
    modulePath,
    parent,
    line,
    tokens,
    hash,
    signature,
    doc,
    place,
  ] = tuple as Tuple & { readonly length: 15 };
  return {
    isgl1_key: key as RowKey,
    kind: kind as Chunk['kind'],
    name: name as string,
    visibility: visibility as Chunk['visibility'],
    file: file as string,
    line: line as number,
    parent_key: (parent ?? null) as RowKey | null,
    current_code: code,
    interface_signature: signature as string,
    doc: doc as string,
    tdd_classification: tdd as Chunk['tdd_classification'],
    crate: (crate ?? null) as string | null,
    module_path: (modulePath ?? null) as string | null,
    content_hash: hash as string,
    token_count: tokens as number,
    ...(JSON.parse(place as string) as Place),
  };
}

export function encodeCode(chunk: Chunk): Tuple {
  return [chunk.isgl1_key, chunk.current_code];
}

export function encodeFile(file: FileFacts): Tuple {
  return [
    file.path,
    file.hash,
    file.size_bytes,
    file.mtime_ms,
    file.line_count,
    file.language,
    file.crate,
    file.module_path,
  ];
}

export function decodeFile(tuple: Tuple): FileFacts {
  const [path, hash, size, mtime, lines, language, crate, modulePath] = tuple;
  return {
    path: path as string,
    hash: hash as string,
    size_bytes: size as number,
    mtime_ms: mtime as number,
    line_count: lines as number,
    language: language as string,
    crate: (crate ?? null) as string | null,
    module_path: (modulePath ?? null) as string | null,
  };
}

export function encodeSummary(key: RowKey, summary: Summary): Tuple {
  return [
    key,
    summary.text,
    summary.provenance,
    summary.content_hash,
    summary.model_sha,
    summary.prompt_version,
    summary.quality,
  ];
}

export function decodeSummary(tuple: Tuple): Summary {
  const [, text, provenance, hash, model, prompt, quality] = tuple;
  return {
    text: text as string,
    provenance: provenance as Summary['provenance'],
    content_hash: hash as string,
    model_sha: (model ?? null) as string | null,
    prompt_version: (prompt ?? null) as string | null,
    quality: quality as number,
  };
}

export function encodeCompilerFacts(key: RowKey, facts: LspMetaData): Tuple {
  return [key, JSON.stringify(facts)];
}

export function decodeCompilerFacts(tuple: Tuple): LspMetaData {
  return JSON.parse(tuple[1] as string) as LspMetaData;
}

export function encodeReferences(references: ReferenceCounts): Tuple {
  return [references.key, references.unresolved_count, JSON.stringify(references.external)];
}

export function decodeReferences(tuple: Tuple): ReferenceCounts {
  return {
    key: tuple[0] as RowKey,
    unresolved_count: tuple[1] as number,
    external: JSON.parse(tuple[2] as string) as ReferenceCounts['external'],
  };
}

/** The tuple of `edges`; sites are flattened to start, end, line triples. */
export function encodeEdge(edge: Edge): Tuple {
  const sites = edge.sites.flatMap((site) => [site.start, site.end, site.line]);
  return [edge.from, edge.kind, edge.to, edge.resolution, edge.reason, JSON.stringify(sites)];
}

export function decodeSites(flat: readonly number[]): Site[] {
  const sites: Site[] = [];
  for (let i = 0; i + 2 < flat.length; i += 3) {
    sites.push({ start: flat[i] as number, end: flat[i + 1] as number, line: flat[i + 2] as number });
  }
  return sites;
}

export function encodeFutureRow(plan: string, future: FutureRow, baseHash: string | null): Tuple {
  const row = future.row === null ? null : JSON.stringify(future.row);
  const layout = future.row === null ? null : JSON.stringify(future.layout);
  return [plan, future.key, future.action, baseHash, row, layout];
}

export function decodeFutureRow(tuple: Tuple): FutureRow {
  const [, key, action, , row, layout] = tuple;
  if (action === 'Delete') return { key: key as RowKey, action, row: null };
  return {
    key: key as RowKey,
    action: action as 'Create' | 'Edit',
    row: JSON.parse(row as string) as Chunk,
    layout: JSON.parse(layout as string) as Extract<FutureRow, { action: 'Edit' }>['layout'],
  };
}

/** Joins what the relations know of one row; the read view with the ten seed columns. */
export function joinRow(chunk: Chunk, facts: LspMetaData | null, summary: Summary | null): Row {
  return {
    contract: 'pt.rows/1',
    ...chunk,
    current_ind: 1,
    future_ind: 1,
    future_action: 'None',
    future_code: null,
    lsp_meta_data: facts,
    llm_summary: summary,
  };
}
