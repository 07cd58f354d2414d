import { DefFlag, Node } from '../../facts.js';
import { numberAt } from '../../indexed.js';
import type { Definition } from '../model.js';
import type { Tools } from '../tools.js';
import { NEVER, type Type, UNIT, UNKNOWN } from '../types.js';
import { Body, type InferRules } from './body.js';
import { inferCall, inferClosure, inferMethod } from './calls.js';
import {
  inferAwait,
  inferBlock,
  inferBreak,
  inferCfg,
  inferFor,
  inferIf,
  inferLetCondition,
  inferLoop,
  inferMatch,
  inferReturn,
  inferTry,
  inferWhile,
} from './control.js';
import { inferMacro } from './macros.js';
import {
  inferArray,
  inferBinary,
  inferDeref,
  inferField,
  inferIndex,
  inferLiteral,
  inferPath,
  inferPlace,
  inferRange,
  inferReference,
  inferStruct,
  inferTuple,
  inferUnary,
} from './operands.js';
import { inferPattern } from './patterns.js';
import { finishDeferred } from './value-paths.js';

type Handler = (b: Body, node: number, expected: Type | undefined) => Type;

const HANDLERS: Record<number, Handler> = {
  [Node.pathExpr]: inferPath,
  [Node.lit]: inferLiteral,
  [Node.call]: inferCall,
  [Node.method]: inferMethod,
  [Node.field]: inferField,
  [Node.index]: (b, node) => inferIndex(b, node),
  [Node.not]: inferUnary,
  [Node.neg]: inferUnary,
  [Node.deref]: (b, node) => inferDeref(b, node, 'unknown'),
  [Node.ref]: inferReference,
  [Node.binary]: inferBinary,
  [Node.assign]: inferAssign,
  [Node.cast]: inferCast,
  [Node.try]: inferTry,
  [Node.await]: inferAwait,
  [Node.block]: inferBlock,
  [Node.if]: inferIf,
  [Node.let]: inferLetCondition,
  [Node.match]: inferMatch,
  [Node.loop]: inferLoop,
  [Node.while]: inferWhile,
  [Node.for]: inferFor,
  [Node.closure]: inferClosure,
  [Node.return]: inferReturn,
  [Node.break]: inferBreak,
  [Node.continue]: () => NEVER,
  [Node.tuple]: inferTuple,
  [Node.array]: inferArray,
  [Node.repeat]: inferArray,
  [Node.struct]: inferStruct,
  [Node.range]: inferRange,
  [Node.macro]: inferMacro,
  [Node.cfg]: inferCfg,
};

const RULES: InferRules = {
  expression(b, node, expected) {
    const handler = HANDLERS[numberAt(b.code, node)];
    return handler === undefined ? UNKNOWN : handler(b, node, expected);
  },
  pattern: inferPattern,
};

function inferAssign(b: Body, node: number): Type {
  const left = inferPlace(b, numberAt(b.code, node + 2), { use: 'write' });
  b.coerce(b.infer(numberAt(b.code, node + 3), left), left);
  return UNIT;
}

function inferCast(b: Body, node: number): Type {
  b.infer(numberAt(b.code, node + 2));
  return b.type(numberAt(b.code, node + 3));
}

/** Infers the types of a function's, constant's or static's body and records what it refers to. */
export function inferBody(tools: Tools, def: Definition): void {
  const { fact } = def;
  if (fact.body === undefined) return;
  const env = tools.lowering.envOf(def);
  const declared = fact.kind === 'function' ? fact.ret : fact.type;
  const returnType = declared === undefined ? UNIT : tools.lowering.lower(declared, env);
  const body = new Body({ tools, rules: RULES, def, returnType });
  tools.selector.predicates = tools.signatures.predicatesAround(def);
  tools.methods.currentTrait = traitAround(tools, def);
  declareParameters(body);
  const isMacroMade = (fact.flags & DefFlag.inMacro) !== 0;
  if (isMacroMade) body.macros += 1;
  body.coerce(body.infer(fact.body, returnType), returnType);
  body.settle();
  finishDeferred(body);
}

function traitAround(tools: Tools, def: Definition): Definition | undefined {
  const { owner } = def;
  if (owner?.kind !== 'impl') return owner;
  const trait = tools.signatures.implTrait(owner)?.trait;
  return trait?.tag === 'definition' ? trait : undefined;
}

function declareParameters(b: Body): void {
  const { fact } = b.def;
  if (fact.kind !== 'function') return;
  const signature = b.tools.signatures.signatureOf(b.def);
  if (signature.self !== null) b.declare('self', signature.self);
  signature.params.forEach((type, index) => b.bindPattern(numberAt(fact.params ?? [], index * 2), type));
}
