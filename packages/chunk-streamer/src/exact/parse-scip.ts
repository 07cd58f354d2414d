import { readFields, readPackedVarints } from './protobuf-reader.js';

/** A name in a document and what it stands for. Lines and columns count from 0. */
export interface ScipOccurrence {
  line: number;
  startColumn: number;
  endColumn: number;
  symbol: string;
  isDefinition: boolean;
}

/** What the index tells of one symbol. */
export interface ScipSymbol {
  symbol: string;
  documentation: string;
  signature: string;
}

/** Unit of the columns of a document. */
export type ScipEncoding = 'utf8' | 'utf16' | 'utf32';

export interface ScipDocument {
  /** Relative to the indexed project, with `/`. */
  path: string;
  encoding: ScipEncoding;
  occurrences: ScipOccurrence[];
  symbols: ScipSymbol[];
}

export interface ScipIndex {
  toolName: string;
  toolVersion: string;
  documents: ScipDocument[];
}

const DEFINITION_ROLE = 1;
const ENCODINGS: readonly ScipEncoding[] = ['utf8', 'utf8', 'utf16', 'utf32'];

/**
 * Parses a SCIP index; columns without a stated encoding are bytes. Format: scip.proto of sourcegraph/scip.
 *
 * @throws RangeError when the bytes are no index, for example because the writer was stopped
 */
export function parseScip(bytes: Uint8Array): ScipIndex {
  const index: ScipIndex = { toolName: '', toolVersion: '', documents: [] };
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) readMetadata(bytesOf(value), index);
    else if (number === 2) index.documents.push(readDocument(bytesOf(value)));
  }
  return index;
}

function readMetadata(bytes: Uint8Array, index: ScipIndex): void {
  for (const { number, value } of readFields(bytes)) {
    if (number !== 2) continue;
    for (const field of readFields(bytesOf(value))) {
      if (field.number === 1) index.toolName = textOf(field.value);
      else if (field.number === 2) index.toolVersion = textOf(field.value);
    }
  }
}

function readDocument(bytes: Uint8Array): ScipDocument {
  const document: ScipDocument = { path: '', encoding: 'utf8', occurrences: [], symbols: [] };
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) document.path = textOf(value);
    else if (number === 2) document.occurrences.push(readOccurrence(bytesOf(value)));
    else if (number === 3) document.symbols.push(readSymbol(bytesOf(value)));
    else if (number === 6) document.encoding = ENCODINGS[numberOf(value)] ?? 'utf8';
  }
  return document;
}

function readOccurrence(bytes: Uint8Array): ScipOccurrence {
  const occurrence: ScipOccurrence = {
    line: 0,
    startColumn: 0,
    endColumn: 0,
    symbol: '',
    isDefinition: false,
  };
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) {
      // three numbers on one line, four when it ends on another
      const range = readPackedVarints(bytesOf(value));
      occurrence.line = range[0] ?? 0;
      occurrence.startColumn = range[1] ?? 0;
      occurrence.endColumn = range[range.length - 1] ?? 0;
    } else if (number === 2) occurrence.symbol = textOf(value);
    else if (number === 3) occurrence.isDefinition = (numberOf(value) & DEFINITION_ROLE) !== 0;
  }
  return occurrence;
}

function readSymbol(bytes: Uint8Array): ScipSymbol {
  const symbol: ScipSymbol = { symbol: '', documentation: '', signature: '' };
  const documentation: string[] = [];
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) symbol.symbol = textOf(value);
    else if (number === 3) documentation.push(textOf(value));
    else if (number === 7) symbol.signature = readText(bytesOf(value));
  }
  symbol.documentation = documentation.join('\n');
  return symbol;
}

/** Field `text` of a document that holds a signature. */
function readText(bytes: Uint8Array): string {
  for (const { number, value } of readFields(bytes)) if (number === 5) return textOf(value);
  return '';
}

function bytesOf(value: number | Uint8Array): Uint8Array {
  if (typeof value === 'number') throw new RangeError('a number stands where the index has a message');
  return value;
}

function numberOf(value: number | Uint8Array): number {
  return typeof value === 'number' ? value : 0;
}

function textOf(value: number | Uint8Array): string {
  const bytes = bytesOf(value);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
