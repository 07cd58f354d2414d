import type { RowKind, TddClass } from '@parseltongue/isg-core';
import { type Attribute, expandCfgAttr } from './attributes.js';
import { type CfgPredicate, formatCfg, impliesTest } from './cfg.js';

/** Class of an item and the evidence for it. */
export interface TestClass {
  tdd_classification: TddClass;
  /** For tests the attribute, `cfg` predicate, macro or directory that says so; for code `no test marker`. */
  tdd_reason: string;
}

/** What decides the class of one item. */
export interface ClassifyInput {
  kind: RowKind;
  /** Name of the macro, for macro calls. */
  macroName: string | null;
  /** Outer and inner attributes of the item. */
  attributes: readonly Attribute[];
  cfgs: readonly CfgPredicate[];
  /** Class of the enclosing row: whatever stands inside test code is test code. */
  enclosing: TestClass;
}

const CODE: TestClass = { tdd_classification: 'CODE_IMPLEMENTATION', tdd_reason: 'no test marker' };

// Attributes that make a function a test or a benchmark, by the last segment of their path.
const TEST_ATTRIBUTES = new Set([
  'test',
  'bench',
  'rstest',
  'test_case',
  'test_matrix',
  'quickcheck',
  'proptest',
  'property_test',
  'wasm_bindgen_test',
  'gtest',
]);
const TEST_MACROS = new Set([
  'proptest',
  'quickcheck',
  'rstest',
  'criterion_group',
  'criterion_main',
  'doctest',
]);

/** The class of a file: by directory, by its own `#![cfg(test)]`, or because a test module declares it. */
export function classifyFile(scope: string | null, cfgs: readonly CfgPredicate[]): TestClass {
  if (scope !== null) return asTest(scope);
  return classifyByCfg(cfgs) ?? CODE;
}

/** The class of an item from its attributes, its `cfg` and what encloses it; never from names or text. */
export function classifyItem(input: ClassifyInput): TestClass {
  const byAttribute =
    input.kind === 'function' || input.kind === 'method' ? findTestAttribute(input.attributes) : undefined;
  if (byAttribute !== undefined) return asTest(byAttribute);
  const lastSegment = input.macroName?.split('::').at(-1);
  if (input.kind === 'macro_call' && lastSegment !== undefined && TEST_MACROS.has(lastSegment))
    return asTest(`${lastSegment}!`);
  return classifyByCfg(input.cfgs) ?? input.enclosing;
}

function classifyByCfg(cfgs: readonly CfgPredicate[]): TestClass | undefined {
  const found = cfgs.find(impliesTest);
  return found === undefined ? undefined : asTest(`cfg(${formatCfg(found)})`);
}

function findTestAttribute(attributes: readonly Attribute[]): string | undefined {
  const found = expandCfgAttr(attributes).find((attribute) =>
    TEST_ATTRIBUTES.has(attribute.path.split('::').at(-1) ?? ''),
  );
  return found === undefined ? undefined : `#[${found.path}]`;
}

function asTest(reason: string): TestClass {
  return { tdd_classification: 'TEST_IMPLEMENTATION', tdd_reason: reason };
}
