import { type DefFact, DefFlag, type FieldFact, type VariantFact } from '../facts.js';
import { define, type ItemHead } from './define.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readGenerics, readWhere } from './read-generics.js';
import { skipAttributes } from './read-types.js';
import { readVisibility } from './read-visibility.js';
import type { Reader } from './reader.js';

/** Reads `struct`, `union` and `enum` behind the keyword. */
export function readDataType(r: Reader, head: ItemHead, kind: 'struct' | 'union' | 'enum'): void {
  r.at += 1;
  const pos = r.pos();
  const fact = define(r, head, { kind, name: r.name(r.expectIdent()), pos });
  const generics = readGenerics(r);
  if (generics.length > 0) fact.generics = generics;
  addWhere(r, fact);
  const start = r.at;
  if (kind === 'enum') fact.variants = r.inside(() => readVariants(r));
  else readStructBody(r, fact);
  if (hasConfiguration(r, start)) fact.flags |= DefFlag.cfgFields;
}

function hasConfiguration(r: Reader, start: number): boolean {
  for (let at = start; at < r.at; at += 1) {
    if (/^cfg(?:_attr)?$/.test(r.tokenText(at))) return true;
  }
  return false;
}

function addWhere(r: Reader, fact: DefFact): void {
  const where = readWhere(r);
  if (where.length > 0) fact.where = where;
}

function readStructBody(r: Reader, fact: DefFact): void {
  if (r.isAt(P.openBrace)) {
    fact.shape = 'named';
    fact.fields = r.inside(() => readNamedFields(r));
    return;
  }
  if (r.isAt(P.openParen)) {
    fact.shape = 'tuple';
    fact.fields = r.inside(() => readTupleFields(r));
    addWhere(r, fact);
  } else fact.shape = 'unit';
  r.expect(P.semicolon);
}

function readNamedFields(r: Reader): FieldFact[] {
  const fields: FieldFact[] = [];
  while (r.kind() !== Token.end) {
    skipAttributes(r);
    const vis = readVisibility(r);
    const name = r.name(r.expectIdent());
    r.expect(P.colon);
    fields.push({ name, type: r.grammar.readType(r), vis });
    if (r.accept(P.equal)) r.grammar.readExpression(r);
    if (!r.accept(P.comma)) break;
  }
  return fields;
}

function readTupleFields(r: Reader): FieldFact[] {
  const fields: FieldFact[] = [];
  while (r.kind() !== Token.end) {
    skipAttributes(r);
    const vis = readVisibility(r);
    fields.push({ name: String(fields.length), type: r.grammar.readType(r), vis });
    if (!r.accept(P.comma)) break;
  }
  return fields;
}

function readVariants(r: Reader): VariantFact[] {
  const variants: VariantFact[] = [];
  while (r.kind() !== Token.end) {
    skipAttributes(r);
    readVisibility(r);
    variants.push(readVariant(r));
    if (r.accept(P.equal)) r.grammar.readExpression(r);
    if (!r.accept(P.comma)) break;
  }
  return variants;
}

function readVariant(r: Reader): VariantFact {
  const pos = r.pos();
  const name = r.name(r.expectIdent());
  if (r.isAt(P.openBrace)) return { name, pos, shape: 'named', fields: r.inside(() => readNamedFields(r)) };
  if (r.isAt(P.openParen)) return { name, pos, shape: 'tuple', fields: r.inside(() => readTupleFields(r)) };
  return { name, pos, shape: 'unit', fields: [] };
}
