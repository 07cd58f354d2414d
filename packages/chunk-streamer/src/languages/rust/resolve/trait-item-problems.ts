import { DefFlag } from '../facts.js';
import { isBuilt } from './cfg-worlds.js';
import type { Definition } from './model.js';
import type { Tools } from './tools.js';

/** Traits of the standard library of which the picture holds every item, required ones without a body. */
const KNOWN_TRAITS = new Set(
  (
    'Clone Default PartialEq PartialOrd Ord From Into TryFrom TryInto AsRef AsMut Deref DerefMut Drop Index IndexMut Neg Not ' +
    'Add Sub Mul Div Rem BitAnd BitOr BitXor Shl Shr AddAssign SubAssign MulAssign DivAssign RemAssign BitAndAssign BitOrAssign ' +
    'BitXorAssign ShlAssign ShrAssign IntoIterator FromIterator Extend Hash Debug Display LowerHex UpperHex Binary Octal Pointer ' +
    'LowerExp UpperExp FromStr'
  ).split(' '),
);
/** Traits of which the picture holds what is required, and not all that is provided. */
const REQUIRED_TRAITS = new Set(['Iterator', 'Hasher', 'BuildHasher', 'Write', 'Read']);

/** Reports an impl that leaves out what its trait requires, has what its trait has not, or takes other arguments. */
export function reportTraitItems(tools: Tools, impl: Definition): void {
  const trait = tools.signatures.implTrait(impl)?.trait;
  if (trait === undefined || trait.tag === 'external' || trait.kind !== 'trait') return;
  if ((impl.fact.flags & DefFlag.negative) !== 0) return;
  reportMissing(tools, impl, trait);
  reportUnknown(tools, impl, trait);
  for (const member of impl.members?.values() ?? []) {
    const declared = trait.members?.get(member.name);
    if (declared !== undefined) reportOtherArguments(tools, member, { declared, impl, trait });
  }
}

function reportMissing(tools: Tools, impl: Definition, trait: Definition): void {
  if (trait.isStd && !KNOWN_TRAITS.has(trait.name) && !REQUIRED_TRAITS.has(trait.name)) return;
  // where impls for every type exist, a specialized one may leave items to them
  const isSpecializable = !trait.isStd && (tools.selector.index.byTrait.get(trait)?.blanket.length ?? 0) > 0;
  for (const member of trait.members?.values() ?? []) {
    if (!isRequired(member) || impl.members?.has(member.name) === true) continue;
    const { file, fact } = impl;
    const message = `impl of ${trait.name} lacks ${member.name}`;
    const isConditional = member.mask !== trait.mask || !isBuilt(impl.mask & trait.mask);
    const certain = isWhole(impl, trait) && !isConditional && !isSpecializable;
    tools.problems.add(
      'missing_trait_item',
      { file, item: fact.item, pos: fact.pos, name: 'impl' },
      { message, certain },
    );
  }
}

function reportUnknown(tools: Tools, impl: Definition, trait: Definition): void {
  if (trait.isStd && !KNOWN_TRAITS.has(trait.name)) return;
  for (const member of impl.members?.values() ?? []) {
    if (trait.members?.has(member.name) === true) continue;
    const { file, fact } = member;
    const message = `${trait.name} has no ${member.name}`;
    const isPlain = (fact.flags & (DefFlag.inMacro | DefFlag.attributeMacro)) === 0 && !isHidden(member);
    const certain = isPlain && isWhole(impl, trait) && isBuilt(member.mask & trait.mask);
    tools.problems.add(
      'unknown_trait_item',
      { file, item: fact.item, pos: fact.pos, name: member.name },
      { message, certain },
    );
  }
}

function reportOtherArguments(
  tools: Tools,
  member: Definition,
  { declared, impl, trait }: { declared: Definition; impl: Definition; trait: Definition },
): void {
  if (member.kind !== 'function' || declared.kind !== 'function') return;
  if (trait.isStd && !KNOWN_TRAITS.has(trait.name)) return;
  const [given, due] = [countArguments(member), countArguments(declared)];
  if (given === due) return;
  const { file, fact } = member;
  const isAlone = [impl, trait].every(
    ({ twins }) => twins.filter(({ name }) => name === member.name).length <= 1,
  );
  const isPlain = ((fact.flags | declared.fact.flags) & UNSURE) === 0 && declared.mask === trait.mask;
  tools.problems.add(
    'wrong_arity',
    { file, item: fact.item, pos: fact.pos, name: member.name },
    {
      message: `${member.name} takes ${due} arguments in ${trait.name}, ${given} here`,
      certain: isAlone && isPlain && isWhole(impl, trait) && isBuilt(member.mask & trait.mask),
    },
  );
}

/** What makes the arguments of a function depend on more than its text. */
const UNSURE = DefFlag.variadic | DefFlag.cfgParams | DefFlag.inMacro | DefFlag.attributeMacro;

/** The receiver included. */
function countArguments({ fact }: Definition): number {
  const hasReceiver = fact.self !== undefined || fact.selfParam !== undefined;
  return (fact.params?.length ?? 0) / 2 + (hasReceiver ? 1 : 0);
}

/** The picture leaves such names out. */
function isHidden({ name }: Definition): boolean {
  return name.startsWith('_') || /_(unchecked|in_place|chunked|one)$/.test(name);
}

function isWhole(impl: Definition, trait: Definition): boolean {
  const flags = impl.fact.flags | trait.fact.flags;
  return (flags & (DefFlag.opaqueBody | DefFlag.attributeMacro | DefFlag.inMacro)) === 0;
}

function isRequired({ kind, fact }: Definition): boolean {
  if (kind === 'function' || kind === 'const') return fact.body === undefined;
  return kind === 'type' && fact.type === undefined;
}
