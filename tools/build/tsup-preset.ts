import { defineConfig, type Options } from 'tsup';

/** What a package's `tsup.config.ts` may choose; the rest is the same for all eight. */
export interface PackageBuild {
  /** Output name to source file, e.g. `{ index: 'src/index.ts' }`. */
  entry: Record<string, string>;
  /** Entries that are not imported by users (workers, binaries) get no type declarations. */
  entryWithTypes?: string[];
  platform?: 'node' | 'neutral';
  /** Runs after the bundle is written, e.g. to copy a wasm grammar beside it. */
  onSuccess?: () => Promise<void>;
}

/** The one build of every package: ESM only, ES2022, declarations for public entries, no bundled dependencies. */
export function packageBuild(build: PackageBuild) {
  const typed = build.entryWithTypes ?? Object.keys(build.entry);
  const dtsEntry = Object.fromEntries(Object.entries(build.entry).filter(([name]) => typed.includes(name)));
  const options: Options = {
    entry: build.entry,
    format: 'esm',
    target: 'node20',
    platform: build.platform ?? 'node',
    outDir: 'dist',
    clean: true,
    splitting: true,
    sourcemap: false,
    treeshake: false,
    skipNodeModulesBundle: true,
    dts: { entry: dtsEntry },
  };
  if (build.onSuccess !== undefined) options.onSuccess = build.onSuccess;
  return defineConfig(options);
}
