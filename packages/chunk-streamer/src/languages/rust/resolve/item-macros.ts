import { type DefFact, DefFlag } from '../facts.js';
import { entryAt } from '../indexed.js';
import { inferBody } from './infer/infer-body.js';
import { Definition, type SourceFile } from './model.js';
import type { Program } from './program.js';
import type { Tools } from './tools.js';

/** Records the macro calls at item position and what their arguments refer to where they read as expressions. */
export function recordItemMacros(program: Program, tools: Tools, file: SourceFile): void {
  for (const call of file.facts.macroCalls) {
    const scope = entryAt(file.scopes, call.scope);
    const fact: DefFact = {
      kind: 'const',
      name: '',
      pos: 0,
      item: call.item,
      exact: false,
      scope: call.scope,
      owner: call.owner,
      vis: false,
      flags: DefFlag.inMacro,
      body: call.node,
    };
    const owner = call.owner < 0 ? undefined : file.defs[call.owner];
    const mask = (owner?.mask ?? scope.mask) & file.crate.cfg.maskOf(call.cfg);
    const holder = new Definition({
      id: program.nextId(),
      kind: 'const',
      name: '',
      file,
      fact,
      scope,
      owner,
      mask,
      key: null,
    });
    inferBody(tools, holder);
  }
}
