import { splitTopLevel } from './split-top-level.js';

const LIFETIME_ARGS = /<'[\w\u0080-\uffff]+(?:, '[\w\u0080-\uffff]+)*>/g;
const LIFETIME_FIRST = /<(?:'[\w\u0080-\uffff]+, )+/g;
const LIFETIME_REF = /&'[\w\u0080-\uffff]+ ?/g;
const LIFETIME_BOUND = / \+ '[\w\u0080-\uffff]+/g;
const HIGHER_RANKED = /\bfor<[^<>]*> /g;
const PATH_PREFIX = /(?:\b|::)(?:[\w\u0080-\uffff]+::)+(?=[\w\u0080-\uffff])/g;
const LONGEST = 44;

/**
 * A type as people say it: without lifetimes and module paths, `Error` and `Result` keep the last segment before them.
 *
 * A type too long for a line is cut to what stands before its arguments; undefined when even that is too long.
 */
export function formatType(type: string): string | undefined {
  const short = stripPaths(stripLifetimes(type));
  if (short.length <= LONGEST) return short;
  const head = /^(?:&(?:mut )?|impl |dyn )*[\w\u0080-\uffff:]+/.exec(short)?.[0];
  if (head === undefined || head.length > LONGEST || /^(?:impl|dyn|fn|for)$/.test(head)) return undefined;
  return head;
}

/** The type's own name without reference, arguments and path: `&mut io::Lines<B>` is `Lines`. Empty for tuples, slices and the like. */
export function typeHead(type: string): string {
  const bare = type.replace(/^(?:&\s*(?:'[\w\u0080-\uffff]+\s+)?|mut\s+|dyn\s+|impl\s+)*/, '');
  return /^(?:::)?(?:[\w\u0080-\uffff]+\s*::\s*)*([\w\u0080-\uffff]+)/.exec(bare)?.[1] ?? '';
}

/** The arguments of the outermost type. */
export function typeArguments(type: string): string[] {
  const open = type.indexOf('<');
  if (open === -1 || !type.endsWith('>')) return [];
  return splitTopLevel(type.slice(open + 1, -1), ',').filter((argument) => !argument.startsWith("'"));
}

function stripLifetimes(type: string): string {
  if (!type.includes("'") && !type.includes('for<')) return type;
  return type
    .replace(HIGHER_RANKED, '')
    .replace(LIFETIME_ARGS, '')
    .replace(LIFETIME_FIRST, '<')
    .replace(LIFETIME_REF, '&')
    .replace(LIFETIME_BOUND, '');
}

function stripPaths(type: string): string {
  if (!type.includes('::')) return type;
  return type.replace(PATH_PREFIX, (path, at: number) => {
    const name = /^[\w\u0080-\uffff]+/.exec(type.slice(at + path.length))?.[0] ?? '';
    const segments = path.split('::').filter((segment) => segment !== '');
    const owner = segments.at(-1) ?? '';
    return /^(?:Self|[A-Z][A-Z\d]?)$/.test(owner) || name === 'Error' || name === 'Result'
      ? `${owner}::`
      : '';
  });
}
