import { formatType, typeHead } from '../syntax/format-type.js';
import { maskSource } from '../syntax/mask-source.js';
import { type FunctionSignature, type Parameter, parseFunction } from '../syntax/parse-function.js';
import { splitName } from '../words/split-words.js';
import type { RuleInput } from './rule.js';

/** A function as the rules speak of it. */
export interface FunctionFacts {
  name: string;
  /** Lower-case words of the name. */
  words: readonly string[];
  signature: FunctionSignature;
  /** The type or trait it belongs to, empty for a free function. */
  subject: string;
  /** The trait it implements, null elsewhere. */
  trait: string | null;
  /** What callers pass, as said in a summary; nothing for parameters that the name already names. */
  given: readonly string[];
  /** The body only gives the field of the same name. */
  isAccessor: boolean;
}

const NO_SIGNATURE: FunctionSignature = {
  receiver: 'none',
  parameters: [],
  returns: null,
  isAsync: false,
  isUnsafe: false,
};

const PRIMITIVE =
  /^(?:&|mut |\*const |\*mut )*(?:[ui](?:8|16|32|64|128|size)|f32|f64|bool|char|str|String|Self)$/;

/** Gathers what name, signature and key of a function say. */
export function readFunctionFacts(input: RuleInput): FunctionFacts {
  const { row } = input;
  const signature =
    parseFunction(row.interface_signature) ?? parseFunction(maskSource(row.current_code)) ?? NO_SIGNATURE;
  const words = splitName(row.name);
  const [trait, self] = readOwner(input);
  return {
    name: row.name,
    words,
    signature,
    subject: self,
    trait,
    given: [...new Set(signature.parameters.flatMap((parameter) => nameParameter(parameter, words)))],
    isAccessor: signature.parameters.length === 0 && givesOwnField(row.current_code, row.name),
  };
}

const FIELD_BODY =
  /\{\s*(?:&\s*(?:mut\s+)?)?self\s*\.\s*(?:\w+\s*\.\s*)*?(\w+)\s*(?:\.\s*(?:as_\w+|borrow|borrow_mut|clone|cloned|copied|get|to_owned)\(\)\s*)*\}\s*$/;

function givesOwnField(code: string, name: string): boolean {
  return FIELD_BODY.exec(code)?.[1] === name;
}

/** True when the function gives back the type it belongs to. */
export function returnsSelf(facts: FunctionFacts): boolean {
  const head = typeHead(facts.signature.returns ?? '');
  return head === 'Self' || (head !== '' && head === typeHead(facts.subject));
}

/** True when nothing but success or failure comes back. */
export function returnsNothing(facts: FunctionFacts): boolean {
  const { returns } = facts.signature;
  return (
    returns === null ||
    returns === '!' ||
    /^(?:[\w\u0080-\uffff:]*::)?Result<\(\)(?:, .*)?>$/.test(returns) ||
    returns === 'fmt::Result'
  );
}

function readOwner(input: RuleInput): [string | null, string] {
  const last = input.container.at(-1);
  const isMember = input.row.kind === 'method' || input.parentKind === 'impl' || input.parentKind === 'trait';
  if (last === undefined || !isMember) return [null, ''];
  const at = last.indexOf('@');
  if (at > 0) return [input.neighbours?.implemented ?? last.slice(0, at), formatSubject(last.slice(at + 1))];
  return [input.neighbours?.implemented ?? null, formatSubject(last)];
}

/** A self type as a summary names it: `Foo` for `Foo<'a, T>`, `&Foo` for `&'a Foo<T>`. */
export function formatSubject(type: string): string {
  const [, reference, head] =
    /^(&(?:'[\w\u0080-\uffff]+ )?(?:mut )?)?(?:[\w\u0080-\uffff]+::)*([\w\u0080-\uffff]+)(?:<.*>)?$/s.exec(
      type,
    ) ?? [];
  if (head !== undefined) return (reference ?? '').replace(/'[\w\u0080-\uffff]+ /, '') + head;
  return formatType(type) ?? typeHead(type);
}

function nameParameter(parameter: Parameter, words: readonly string[]): string[] {
  const { name, type } = parameter;
  const isPlain = /^[\p{XID_Continue}]{2,}$/u.test(name);
  if (!isPlain) {
    const said = formatType(type);
    if (said !== undefined && said.length <= 32 && said.length > 1 && !PRIMITIVE.test(said)) return [said];
    return /^\p{XID_Start}$/u.test(name) ? [name] : [];
  }
  const own = splitName(name);
  return own.every((word) => words.includes(word)) ? [] : [name];
}
