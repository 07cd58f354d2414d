import type { ModelRegistry } from '../registry/model-registry.js';

/** The id of an installed model behind a name or an alias; the name itself when nothing of it is installed. */
export function nameModel(
  parts: { registry: ModelRegistry; defaultModel: string },
  name: string | undefined,
): string {
  const wanted = name ?? parts.defaultModel;
  return parts.registry.find(wanted)?.id ?? wanted;
}
