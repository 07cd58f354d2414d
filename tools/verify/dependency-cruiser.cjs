/** Rules inside and between packages that the linter cannot see. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'engines-load-lazily',
      comment: 'Native, wasm and paid libraries are imported only in the folder that owns them.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src', pathNot: '(engines|worker|reasoners/anthropic|parse|languages|rust-analyzer|search|testing)/' },
      to: { path: 'node_modules/(cozo-lib-wasm|cozo-node|node-llama-cpp|web-tree-sitter|@anthropic-ai/sdk|vscode-jsonrpc|minisearch)' },
    },
    {
      name: 'core-does-no-io',
      severity: 'error',
      from: { path: '^packages/isg-core/src' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'stages-never-import-stages',
      severity: 'error',
      from: { path: '^packages/(chunk-streamer|codegraph-store|summary-gen|sorcerer|preflight|elf-orchestrator)/src' },
      to: { path: '^packages/(chunk-streamer|codegraph-store|summary-gen|sorcerer|preflight|elf-orchestrator|cli)/', pathNot: '^packages/$1/' },
    },
    {
      name: 'only-the-app-knows-the-process',
      comment: 'Stages are wired in compose.ts alone.',
      severity: 'error',
      from: { path: '^packages/cli/src', pathNot: '^packages/cli/src/(compose|composition)' },
      to: { path: '^packages/(chunk-streamer|codegraph-store|summary-gen|sorcerer|preflight|elf-orchestrator)/', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|test|node_modules/.+/node_modules)/|\\.config\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { conditionNames: ['@parseltongue/source', 'import', 'default'], exportsFields: ['exports'] },
  },
};
