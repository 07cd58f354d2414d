import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

// Sizes of the house style: functions 60 lines, files 400, three parameters, three levels, complexity 12.
const shape = {
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', 3],
  'max-depth': ['error', 3],
  complexity: ['error', 12],
};

// What each package may import besides isg-core; nobody else imports it (ARCHITECTURE.md, code map).
const allowed = {
  'isg-core': ['zod', 'fast-check', 'vitest'],
  'chunk-streamer': ['ignore', 'smol-toml', 'web-tree-sitter', 'zod', 'fast-check', 'vitest'],
  'codegraph-store': ['cozo-lib-wasm', 'cozo-node', 'zod', 'fast-check', 'vitest'],
  'summary-gen': ['zod', 'fast-check', 'vitest'],
  sorcerer: ['@anthropic-ai/sdk', 'zod', 'fast-check', 'vitest'],
  preflight: ['vscode-jsonrpc/*', 'vscode-languageserver-protocol', 'zod', 'fast-check', 'vitest'],
  'elf-orchestrator': ['node-llama-cpp', 'vscode-jsonrpc/*', 'zod', 'fast-check', 'vitest'],
};

const boundaries = [
  { sourceTag: 'layer:contract', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'layer:stage', onlyDependOnLibsWithTags: ['layer:contract'] },
  { sourceTag: 'layer:app', onlyDependOnLibsWithTags: ['layer:contract', 'layer:stage'] },
  ...Object.entries(allowed).map(([name, externals]) => ({
    sourceTag: `pkg:${name}`,
    allowedExternalImports: [...externals, 'node:*'],
  })),
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'fixtures/**', 'examples/**', '.nx/**'] },
  {
    files: ['packages/*/{src,test}/**/*.ts'],
    extends: [js.configs.recommended, ...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      ...shape,
      '@nx/enforce-module-boundaries': [
        'error',
        { allow: [], depConstraints: boundaries, enforceBuildableLibDependency: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        {
          selector: "MemberExpression[object.name='process'][property.name='exit']",
          message: 'Only cli/src/main.ts ends the process.',
        },
      ],
    },
  },
  {
    // Tables and shared literals make tests and binaries long; their functions still say one thing each.
    files: ['packages/*/test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Tests read JSON a process printed; the expectation is the type check.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Readers dispatch on one token kind a case, over typed arrays whose bounds the loop guards; flags are set in callbacks.
    files: ['packages/chunk-streamer/src/languages/rust/{extract,resolve}/**/*.ts'],
    rules: {
      complexity: ['error', 24],
      'max-params': ['error', 6],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  {
    // The README runner is a tool of the repository, not of a package.
    files: ['packages/*/test/readme*.test.ts'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  {
    files: ['packages/*/src/bin.ts', 'packages/cli/src/main.ts', 'packages/*/src/**/*-worker.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
    },
  },
);
