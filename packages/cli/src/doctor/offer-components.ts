import type { Probes } from '../compose.js';
import { type Finding, repairWith } from './finding.js';

/** A finding with the way to get what it lacks: by rustup where there is one, else where to get that from. */
export async function offerComponents(
  probes: Probes,
  finding: Finding,
  components: readonly string[],
): Promise<Finding> {
  const argv = ['rustup', 'component', 'add', ...components] as const;
  const means = finding.fix === null ? '' : `. ${finding.fix}`;
  if ((await probes.readVersion(['rustup', '--version'])) !== undefined)
    return { ...finding, fix: `${argv.join(' ')}${means}`, remedy: repairWith(probes, argv) };
  const way = `There is no rustup here: get it from https://rustup.rs and run ${argv.join(' ')}, or install your system's packages, e.g. apt install ${components.map(nameDebian).join(' ')}`;
  return { ...finding, fix: `${way}${means}` };
}

/** Debian's name of a component. */
function nameDebian(component: string): string {
  return component === 'clippy' ? 'rust-clippy' : component;
}
