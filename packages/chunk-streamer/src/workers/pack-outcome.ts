import { type PackedSyntax, packSyntax, unpackSyntax } from '../languages/rust/pack-syntax.js';
import type { ParseOutcome } from '../parse/parse-file.js';
import type { PackedOutcome, WorkerSettings } from './worker-protocol.js';

const NOTHING: PackedSyntax = new Uint8Array(new SharedArrayBuffer(0));

/** Makes an outcome ready to cross threads. */
export function packOutcome(
  outcome: ParseOutcome,
  { references = true }: Pick<WorkerSettings, 'references'>,
): PackedOutcome {
  if (outcome.status === 'skipped') return outcome;
  const { file, syntax } = outcome;
  const { path, diagnostics, interfaceHash } = syntax;
  const items = syntax.items.map(({ key, parent, chunk }) => ({ key, parent, chunk }));
  return {
    status: 'parsed',
    file,
    syntax: { path, items, diagnostics, interfaceHash },
    packed: references ? packSyntax(syntax) : NOTHING,
  };
}

/** The inverse of {@link packOutcome} with references. */
export function unpackOutcome(outcome: PackedOutcome): ParseOutcome {
  if (outcome.status === 'skipped') return outcome;
  const { facts } = unpackSyntax(outcome.packed);
  return { status: 'parsed', file: outcome.file, syntax: { ...outcome.syntax, facts } };
}
