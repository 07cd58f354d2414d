/** What the settings of a server depend on. */
export interface AnalyzerSettingsOptions {
  /** Absolute path of the workspace's manifest. */
  manifest: string;
  /** Sources of the standard library, null to let the server look in the sysroot. */
  sysrootSrc: string | null;
  /** Build scripts and procedural macros of the repository may run. */
  isTrusted: boolean;
}

/**
 * Creates the settings of a server that judges texts it is shown and runs no check of its own.
 *
 * Experimental diagnostics are on because unresolved names and imports are among them. Files are watched by the client, so
 * that what the server knows of the disk never depends on timing.
 */
export function createAnalyzerSettings(options: AnalyzerSettingsOptions): Record<string, unknown> {
  return {
    linkedProjects: [options.manifest],
    checkOnSave: false,
    cachePriming: { enable: true },
    cargo: {
      buildScripts: { enable: options.isTrusted },
      ...(options.sysrootSrc === null ? {} : { sysrootSrc: options.sysrootSrc }),
    },
    procMacro: { enable: options.isTrusted },
    assist: { expressionFillDefault: 'default' },
    diagnostics: { enable: true, experimental: { enable: true } },
    files: { watcher: 'client' },
    notifications: { cargoTomlNotFound: false },
  };
}
