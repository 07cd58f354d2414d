import { DefFlag } from '../facts.js';
import { isBuilt } from './cfg-worlds.js';
import type { Definition, Scope } from './model.js';
import type { ProblemPlace } from './problem-collector.js';
import type { Tools } from './tools.js';
import type { Type } from './types.js';

type Place = ProblemPlace & { scope: Scope; mask: number };

/** Reports the use of a method, associated item or field that only its module may use. */
export function reportPrivateMember(tools: Tools, def: Definition, place: Place): void {
  if (def.isStd || def.owner?.kind !== 'impl' || def.owner.fact.trait !== undefined) return;
  if (tools.names.isVisible(def.fact.vis, def.scope, place.scope)) return;
  const isPlain = isAsWritten(def) && isAsWritten(def.owner) && def.mask === def.owner.mask;
  const message = `${def.name} is private to module ${def.scope.module.path} of crate ${def.scope.crate.name}`;
  tools.problems.add('private_item', place, {
    message,
    certain:
      isPlain && isBuilt(place.mask & def.mask) && !tools.macroWords.mayDefineIn(def.scope.crate, def.name),
  });
}

/** Reports a field that is read or written where it may not be seen. */
export function reportPrivateField(tools: Tools, def: Definition, place: Place): void {
  const field = fieldsOf(def).find(({ name }) => name === place.name);
  if (def.isStd || def.kind === 'variant' || field === undefined) return;
  if (tools.names.isVisible(field.vis, def.scope, place.scope)) return;
  const message = `field ${place.name} of ${def.name} is private to module ${def.scope.module.path}`;
  tools.problems.add('private_item', place, { message, certain: isShapeKnown(def, place) });
}

/** Reports a field that a type does not have, where nothing it dereferences to may have it. */
export function reportUnknownField(tools: Tools, receiver: Type, place: Place): void {
  let type = receiver;
  while (type.k === 'ref') type = tools.selector.normalize(type.inner);
  if (type.k !== 'adt' || type.def.isStd || type.def.kind === 'type') return;
  const { def } = type;
  const certain = isShapeKnown(def, place) && tools.methodProblems.isDerefKnown(type);
  const message = `no field ${place.name} on ${def.name}`;
  tools.problems.add('unresolved_field', place, { message, certain });
}

/** One field a literal or pattern names. */
export interface NamedField {
  name: string;
  pos: number;
}

/** Reports fields of a literal or pattern that the type does not have, and fields a literal without base leaves out. */
export function reportFields(
  tools: Tools,
  def: Definition,
  { fields, isWhole, place }: { fields: readonly NamedField[]; isWhole: boolean; place: Place },
): void {
  if (def.isStd || shapeOf(def) !== 'named') return;
  const declared = fieldsOf(def);
  const certain = isShapeKnown(def, place);
  for (const { name, pos } of fields) {
    if (declared.some((field) => field.name === name)) continue;
    const message = `no field ${name} on ${def.name}`;
    tools.problems.add('unresolved_field', { ...place, pos, name }, { message, certain });
  }
  if (!isWhole || def.kind === 'union') return;
  const given = new Set(fields.map(({ name }) => name));
  const missing = declared.filter(({ name }) => !given.has(name));
  if (missing.length === 0) return;
  const message = `${def.name} is made without ${missing.map(({ name }) => name).join(', ')}`;
  tools.problems.add('missing_field', place, {
    message,
    certain: certain && (def.fact.flags & DefFlag.cfgFields) === 0,
  });
}

/** Reports a tuple struct or variant that is made of another number of values than it has. */
export function reportTupleArity(
  tools: Tools,
  def: Definition,
  { count, place }: { count: number; place: Place },
): void {
  if (def.isStd || shapeOf(def) !== 'tuple' || fieldsOf(def).length === count) return;
  const message = `${def.name} takes ${fieldsOf(def).length} values, ${count} given`;
  tools.problems.add('wrong_arity', place, {
    message,
    certain: isShapeKnown(def, place) && (def.fact.flags & DefFlag.cfgFields) === 0,
  });
}

/** No attribute, macro or configuration had a hand in a definition. */
export function isAsWritten(def: Definition): boolean {
  return (def.fact.flags & (DefFlag.inMacro | DefFlag.attributeMacro)) === 0;
}

/** Derives add impls, never fields; other attributes and twins under `cfg` may change the shape. */
function isShapeKnown(def: Definition, { mask }: Place): boolean {
  if (!isBuilt(mask & def.mask)) return false;
  const twins = def.scope.names.get(def.owner?.name ?? def.name)?.length ?? 0;
  return (
    (def.fact.flags & DefFlag.inMacro) === 0 && def.fact.cfg === undefined && twins <= 1 && isAsWritten(def)
  );
}

function shapeOf(def: Definition): string | undefined {
  return def.kind === 'variant' ? def.fact.variants?.[def.index]?.shape : def.fact.shape;
}

function fieldsOf(
  def: Definition,
): readonly { name: string; vis: Parameters<Tools['names']['isVisible']>[0] }[] {
  return (def.kind === 'variant' ? def.fact.variants?.[def.index]?.fields : def.fact.fields) ?? [];
}
