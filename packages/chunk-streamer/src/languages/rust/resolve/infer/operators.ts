import { BinaryOp, OPERATOR_TEXTS } from '../../facts.js';
import { numberAt } from '../../indexed.js';
import { shallow, type Type, traitRef } from '../types.js';
import type { Body } from './body.js';

const TRAITS: Partial<Record<(typeof OPERATOR_TEXTS)[number], string>> = {
  '+': 'Add',
  '-': 'Sub',
  '*': 'Mul',
  '/': 'Div',
  '%': 'Rem',
  '&': 'BitAnd',
  '|': 'BitOr',
  '^': 'BitXor',
  '<<': 'Shl',
  '>>': 'Shr',
};

interface OperatorUse {
  self: Type;
  /** Names of traits below `std::ops`; more than one when it is not known which the code uses. */
  traits: readonly string[];
  pos: number;
  text: string;
  /** Type of the right operand. */
  right?: Type;
}

/** Records the call an overloaded operator makes, when one impl of the repository answers it. */
export function recordOperator(b: Body, { self, traits, pos, text, right }: OperatorUse): void {
  const at = shallow(self);
  if (at.k !== 'adt' || at.def.isStd) return;
  const functions = traits.flatMap((name) => {
    const trait = b.tools.std.find(name.includes('::') ? name : `ops::${name}`);
    if (trait === undefined) return [];
    const found = b.tools.selector.select(at, traitRef(trait, right === undefined ? [] : [right]));
    const member = [...(found?.impl?.members?.values() ?? [])].find(
      (candidate) => candidate.kind === 'function',
    );
    return member === undefined ? [] : [member];
  });
  const [first, ...others] = functions;
  if (first === undefined || others.length > 0) return;
  b.tools.recorder.toDefinition(b.reference(pos, text), first, 'calls', 'operator');
}

/** Records what `a op b` calls. */
export function recordBinary(b: Body, node: number, { left, right }: { left: Type; right: Type }): void {
  const { code } = b;
  const text = OPERATOR_TEXTS[numberAt(code, node + 5)] ?? '';
  const pos = numberAt(code, node + 6);
  if (text === '==') {
    recordOperator(b, { self: left, right, traits: ['cmp::PartialEq'], pos, text });
    return;
  }
  const trait = TRAITS[text];
  if (trait === undefined) return;
  const isAssigning = code[node + 2] === BinaryOp.assignment;
  recordOperator(b, {
    self: left,
    right,
    traits: [isAssigning ? `${trait}Assign` : trait],
    pos,
    text: isAssigning ? `${text}=` : text,
  });
}
