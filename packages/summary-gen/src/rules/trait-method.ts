import { formatType, typeArguments, typeHead } from '../syntax/format-type.js';
import type { FunctionFacts } from './function-facts.js';

type Template = (facts: FunctionFacts, argument: string) => string | undefined;

/**
 * What the contract of a well-known trait says about its method: `Display::fmt` formats, `Drop::drop` drops.
 *
 * Undefined for every other method.
 */
export function phraseTraitMethod(facts: FunctionFacts): string | undefined {
  if (facts.trait === null || facts.subject === '') return undefined;
  const head = typeHead(facts.trait);
  const argument = typeArguments(facts.trait)[0];
  if (OPERATORS.has(facts.name)) {
    return `Applies ${facts.name.replace('_assign', '')} to ${facts.subject} and ${firstInput(facts)}`;
  }
  const template =
    TEMPLATES[`${head}.${facts.name}`] ??
    (facts.name === 'fmt' && FORMATS.has(head) ? formatTemplate(head) : undefined);
  const said = argument === undefined ? undefined : formatType(argument);
  return template?.(facts, said ?? firstInput(facts));
}

const FORMATS = new Set([
  'Display',
  'Debug',
  'LowerHex',
  'UpperHex',
  'Octal',
  'Binary',
  'Pointer',
  'LowerExp',
  'UpperExp',
]);

const OPERATORS = new Set(
  'rem bitand bitor bitxor shl shr rem_assign bitand_assign bitor_assign bitxor_assign shl_assign shr_assign'.split(
    ' ',
  ),
);

function formatTemplate(trait: string): Template {
  return ({ subject }) => `Formats ${subject} as ${trait} requires`;
}

const TEMPLATES: Readonly<Record<string, Template | undefined>> = {
  'Default.default': ({ subject }) => `Returns the default ${subject}`,
  'Clone.clone': ({ subject }) => `Clones ${subject}`,
  'Clone.clone_from': ({ subject }) => `Clones another ${subject} into this one`,
  'Drop.drop': ({ subject }) => `Drops ${subject}`,
  'From.from': convertFrom('Converts'),
  'TryFrom.try_from': ({ subject, signature }, from) =>
    `Tries to convert ${from} into ${subject}${failure(signature.returns)}`,
  'Into.into': convertInto('Converts'),
  'TryInto.try_into': ({ subject, signature }, to) =>
    `Tries to convert ${subject} into ${to}${failure(signature.returns)}`,
  'FromStr.from_str': ({ subject, signature }) => `Creates ${subject} from str${failure(signature.returns)}`,
  'FromIterator.from_iter': ({ subject }) => `Creates ${subject} from iter`,
  'Extend.extend': ({ subject }, items) => `Extends ${subject} with ${items} items`,
  'IntoIterator.into_iter': ({ subject }) => `Converts ${subject} into an iterator`,
  'Iterator.next': ({ subject, signature }) =>
    `Advances ${subject} and returns the next ${itemOf(signature.returns)}, if any`,
  'Iterator.size_hint': ({ subject }) => `Bounds how many items ${subject} still yields`,
  'DoubleEndedIterator.next_back': ({ subject, signature }) =>
    `Returns the next ${itemOf(signature.returns)} from the back of ${subject}, if any`,
  'ExactSizeIterator.len': ({ subject }) => `Returns how many items ${subject} still yields`,
  'Deref.deref': ({ subject, signature }) => dereference(subject, signature.returns, ''),
  'DerefMut.deref_mut': ({ subject, signature }) => dereference(subject, signature.returns, ' mutably'),
  'AsRef.as_ref': ({ subject }, to) => `Views ${subject} as ${to}`,
  'AsMut.as_mut': ({ subject }, to) => `Views ${subject} as mutable ${to}`,
  'Borrow.borrow': ({ subject }, to) => `Borrows ${subject} as ${to}`,
  'BorrowMut.borrow_mut': ({ subject }, to) => `Borrows ${subject} mutably as ${to}`,
  'PartialEq.eq': ({ subject, signature }) =>
    `Returns whether ${subject} equals ${otherOf(subject, signature.parameters)}`,
  'PartialEq.ne': ({ subject, signature }) =>
    `Returns whether ${subject} differs from ${otherOf(subject, signature.parameters)}`,
  'PartialOrd.partial_cmp': ({ subject, signature }) =>
    `Orders ${subject} against ${otherOf(subject, signature.parameters)}, if they compare`,
  'Ord.cmp': ({ subject, signature }) =>
    `Orders ${subject} against ${otherOf(subject, signature.parameters)}`,
  'Hash.hash': ({ subject }) => `Hashes ${subject}`,
  'Index.index': ({ subject }, key) => `Indexes ${subject} by ${key}`,
  'IndexMut.index_mut': ({ subject }, key) => `Indexes ${subject} mutably by ${key}`,
  'Add.add': ({ subject }, other) => `Adds ${other} to ${subject}`,
  'Sub.sub': ({ subject }, other) => `Subtracts ${other} from ${subject}`,
  'Mul.mul': ({ subject }, other) => `Multiplies ${subject} by ${other}`,
  'Div.div': ({ subject }, other) => `Divides ${subject} by ${other}`,
  'AddAssign.add_assign': ({ subject }, other) => `Adds ${other} to ${subject} in place`,
  'SubAssign.sub_assign': ({ subject }, other) => `Subtracts ${other} from ${subject} in place`,
  'MulAssign.mul_assign': ({ subject }, other) => `Multiplies ${subject} by ${other} in place`,
  'DivAssign.div_assign': ({ subject }, other) => `Divides ${subject} by ${other} in place`,
  'Neg.neg': ({ subject }) => `Negates ${subject}`,
  'Not.not': ({ subject }) => `Inverts ${subject}`,
  'Error.source': ({ subject }) => `Returns the source error of ${subject}, if any`,
  'Error.description': ({ subject }) => `Returns description of ${subject}`,
  'Future.poll': ({ subject }) => `Polls ${subject}`,
};

function convertFrom(verb: string): Template {
  return ({ subject }, from) => `${verb} ${from} into ${subject}`;
}

function convertInto(verb: string): Template {
  return ({ subject }, to) => `${verb} ${subject} into ${to}`;
}

function dereference(subject: string, returns: string | null, how: string): string {
  const target = formatType((returns ?? 'Target').replace(/^&(?:'\w+ )?(?:mut )?/, '')) ?? 'Target';
  return `Dereferences ${subject}${how} to ${target}`;
}

function firstInput({ signature }: FunctionFacts): string {
  const first = signature.parameters[0];
  if (first === undefined) return 'value';
  return formatType(first.type) ?? first.name;
}

function otherOf(subject: string, parameters: readonly { name: string; type: string }[]): string {
  const type = formatType(parameters[0]?.type.replace(/^&(?:'\w+ )?/, '') ?? '');
  if (type === undefined || type === 'Self' || type === '') return 'another';
  return typeHead(type) === subject ? `another ${type}` : type;
}

function itemOf(returns: string | null): string {
  const [item = ''] = typeArguments(returns ?? '');
  const said = formatType(item);
  return said === undefined || said === 'Self::Item' || said === '' ? 'item' : said;
}

function failure(returns: string | null): string {
  const error = typeArguments(returns ?? '')[1];
  const said = error === undefined ? undefined : formatType(error);
  return said === undefined || said === 'Self::Err' || said === 'Self::Error'
    ? ''
    : `; may fail with ${said}`;
}
