// Single faults to put into a Rust text, by kind, and correct edits. Sites are found on the text with comments and strings blanked out.

/** The text with the insides of comments, strings and characters replaced by spaces, byte for byte as long. */
export function blankOut(text) {
  const pattern =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|b?r(#*)"[\s\S]*?"\1|b?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])'/g;
  const blanked = text.replace(pattern, (match) => match.replace(/[^\n]/g, ' '));
  return blanked.replace(/macro_rules![\s\S]*?\n\}/g, (match) => match.replace(/[^\n]/g, ' '));
}

const KEYWORDS = new Set(
  'as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while Some None Ok Err assert println'.split(
    ' ',
  ),
);

/** The code with attributes blanked out too, for kinds that are about calls. */
function withoutAttributes(file) {
  return { ...file, code: file.code.replace(/#!?\[[^\]]*\]/g, (match) => match.replace(/[^\n]/g, ' ')) };
}

/** Every match of a pattern outside comments and strings as an edit of one range. */
function* each(file, pattern, change) {
  for (const match of file.code.matchAll(pattern)) {
    const edit = change(match, file);
    if (edit === null || edit === undefined) continue;
    const [start, end, replacement] = edit;
    yield { [file.path]: file.text.slice(0, start) + replacement + file.text.slice(end) };
  }
}

/** Replaces group `name`, whose place is told by the `d` flag. */
function swap(name, replacement) {
  return (match) => {
    const [start, end] = match.indices.groups[name];
    const old = match.groups[name];
    if (KEYWORDS.has(old)) return null;
    return [start, end, typeof replacement === 'function' ? replacement(old) : replacement];
  };
}

const typo = (old) => `${old}_zz`;
const Typo = (old) => `${old}Zz`;
const drop = () => '';

/** Where the braces opened at `open` close. */
function closeOf(code, open) {
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === '{') depth += 1;
    if (code[at] === '}' && --depth === 0) return at + 1;
  }
  return -1;
}

function* wholeFunctions(file, change, indent = '') {
  const pattern = new RegExp(`^${indent}(?:pub(?:\\([a-z]+\\))? )?fn (?<name>\\w+)[^{};]*\\{`, 'gm');
  for (const match of file.code.matchAll(pattern)) {
    const end = closeOf(file.code, match.index + match[0].length - 1);
    if (end < 0) continue;
    yield { [file.path]: change(match, end) };
  }
}

const fn = String.raw`(?:pub(?:\([a-z]+\))? )?(?:const )?fn `;

/** `class`: what has to see the fault. `names` is what syntax and graph alone are measured on. */
export const FAULTS = [
  // syntax
  {
    id: 'closing brace removed',
    class: 'syntax',
    *sites(f) {
      yield* each(f, /\n\}\n/g, (m) => [m.index + 1, m.index + 2, '']);
    },
  },
  {
    id: 'semicolon removed',
    class: 'syntax',
    *sites(f) {
      yield* each(f, /let [^;{}]*(?<semi>;)/dg, swap('semi', drop));
    },
  },
  {
    id: 'parenthesis removed',
    class: 'syntax',
    *sites(f) {
      yield* each(f, /\w(?<paren>\))[;,]/dg, swap('paren', drop));
    },
  },
  {
    id: 'stray token',
    class: 'syntax',
    *sites(f) {
      yield* each(f, /\blet (?<at>mut )?\w+ =/dg, (m) => [m.index, m.index, '@ ']);
    },
  },
  {
    id: 'placeholder left in a body',
    class: 'syntax',
    *sites(f) {
      yield* each(f, /^ {4,}return (?<value>[^;{}]+);/dgm, swap('value', '...'));
    },
  },
  {
    id: 'keyword misspelt',
    class: 'syntax',
    *sites(f) {
      yield* each(f, /^ *(?:pub )?(?<word>struct|enum|impl) /dgm, (m) => [
        ...m.indices.groups.word,
        `${m.groups.word}t`,
      ]);
    },
  },
  {
    id: 'string not closed',
    class: 'syntax',
    *sites(f) {
      for (const m of f.text.matchAll(/\("[a-z ]+"\)/g)) {
        if (f.code[m.index] === '(')
          yield {
            [f.path]: `${f.text.slice(0, m.index + m[0].length - 2)}${f.text.slice(m.index + m[0].length - 1)}`,
          };
      }
    },
  },
  // names, imports, paths, visibility, arity, items of traits
  {
    id: 'called function misspelt',
    class: 'names',
    *sites(f) {
      yield* each(withoutAttributes(f), /(?<![\w.:!] ?|fn )(?<name>[a-z]\w+)\((?!\))/dg, swap('name', typo));
    },
  },
  {
    id: 'method misspelt on self',
    class: 'names',
    *sites(f) {
      yield* each(f, /\bself\.(?<name>[a-z]\w+)\(/dg, swap('name', typo));
    },
  },
  {
    id: 'field misspelt on self',
    class: 'names',
    *sites(f) {
      yield* each(f, /\bself\.(?<name>[a-z]\w+)\b(?!\(|\s*\()/dg, swap('name', typo));
    },
  },
  {
    id: 'local name misspelt',
    class: 'names',
    *sites(f) {
      for (const m of f.code.matchAll(/let (?:mut )?([a-z]\w{2,}) =/g)) {
        const use = new RegExp(`[=(,] ?(?<name>${m[1]})[,;)]`, 'dg');
        use.lastIndex = m.index + m[0].length;
        const hit = use.exec(f.code);
        if (hit === null || hit.index > m.index + 600) continue;
        const [s, e] = hit.indices.groups.name;
        yield { [f.path]: `${f.text.slice(0, s)}${m[1]}_zz${f.text.slice(e)}` };
      }
    },
  },
  {
    id: 'type in a signature misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /fn \w+\([^)]*: &?(?:mut )?(?<name>[A-Z]\w{3,})\b[^)]*\)/dg, swap('name', Typo));
    },
  },
  {
    id: 'return type misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /-> (?<name>[A-Z]\w{3,})\b/dg, swap('name', Typo));
    },
  },
  {
    id: 'type of a path misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /(?<![:\w])(?<name>[A-Z][a-z]\w{2,})::\w/dg, swap('name', Typo));
    },
  },
  {
    id: 'associated function misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /(?<![:\w])[A-Z]\w+::(?<name>[a-z]\w+)\(/dg, swap('name', typo));
    },
  },
  {
    id: 'Self:: function misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /\bSelf::(?<name>[a-z]\w+)\(/dg, swap('name', typo));
    },
  },
  {
    id: 'variant misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /(?<![:\w])[A-Z]\w+::(?<name>[A-Z]\w+)\b(?!::)/dg, swap('name', Typo));
    },
  },
  {
    id: 'import removed',
    class: 'names',
    *sites(f) {
      yield* each(f, /^use [^;]+;\n/gm, (m) => [m.index, m.index + m[0].length, '']);
    },
  },
  {
    id: 'import leaf misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /^(?:pub )?use (?:crate|super|self)(?:::\w+)*::(?<name>\w+);/dgm, swap('name', typo));
    },
  },
  {
    id: 'import segment misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /^(?:pub )?use (?:crate|super|self)::(?<name>\w+)::/dgm, swap('name', typo));
    },
  },
  {
    id: 'import of an unknown crate',
    class: 'names',
    *sites(f) {
      yield* each(f, /^use (?<name>std|core|alloc)::/dgm, swap('name', 'unheard_of'));
    },
  },
  {
    id: 'std import misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /^use (?:std|core)::(?<name>\w+)::/dgm, swap('name', typo));
    },
  },
  {
    id: 'grouped import misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /^use (?:crate|super)(?:::\w+)*::\{(?<name>\w+),/dgm, swap('name', typo));
    },
  },
  {
    id: 'constant misspelt',
    class: 'names',
    *sites(f) {
      yield* each(
        withoutAttributes(f),
        /(?<!const |static |[:\w])(?<name>[A-Z][A-Z_]{3,})\b(?!\s*:)/dg,
        swap('name', (old) => `${old}_ZZ`),
      );
    },
  },
  {
    id: 'own macro misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /^(?<name>[a-z]\w+)! ?[({]/dgm, swap('name', typo));
    },
  },
  {
    id: 'macro of std misspelt',
    class: 'names',
    *sites(f) {
      yield* each(
        f,
        /\b(?<name>format|write|matches|assert_eq|unreachable|vec|panic)!/dg,
        swap('name', typo),
      );
    },
  },
  {
    id: 'derive misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /#\[derive\((?<name>\w+)/dg, swap('name', typo));
    },
  },
  {
    id: 'attribute misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /^ *#\[(?<name>[a-z]\w+)/dgm, (m) => [...m.indices.groups.name, typo(m.groups.name)]);
    },
  },
  {
    id: 'trait of an impl misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /^impl(?:<[^>]*>)? (?<name>[A-Z]\w+)(?:<[^>]*>)? for /dgm, swap('name', Typo));
    },
  },
  {
    id: 'self type of an impl misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /^impl(?:<[^>]*>)? (?<name>[A-Z]\w+)(?:<[^>]*>)? \{/dgm, swap('name', Typo));
    },
  },
  {
    id: 'mod line removed',
    class: 'names',
    *sites(f) {
      yield* each(f, /^(?:pub )?mod \w+;\n/gm, (m) => [m.index, m.index + m[0].length, '']);
    },
  },
  {
    id: 'mod line misspelt',
    class: 'names',
    *sites(f) {
      yield* each(f, /^(?:pub )?mod (?<name>\w+);/dgm, swap('name', typo));
    },
  },
  {
    id: 'module file deleted',
    class: 'names',
    *sites(f) {
      if (/^src\/(?!lib\.rs|main\.rs)/.test(f.path)) yield { [f.path]: null };
    },
  },
  {
    id: 'module file moved without its mod line',
    class: 'names',
    *sites(f) {
      if (/^src\/(?!lib\.rs|main\.rs|.*mod\.rs)/.test(f.path))
        yield { [f.path]: null, [f.path.replace(/\.rs$/, '_moved.rs')]: f.text };
    },
  },
  {
    id: 'new file without mod line',
    class: 'orphans',
    *sites(f) {
      if (/^src\//.test(f.path))
        yield { [f.path.replace(/(\w+)\.rs$/, 'stray_$1.rs')]: 'pub fn stray() -> u32 {\n    1\n}\n' };
    },
  },
  {
    id: 'function deleted',
    class: 'names',
    *sites(f) {
      yield* wholeFunctions(f, (m, end) => f.text.slice(0, m.index) + f.text.slice(end));
    },
  },
  {
    id: 'method deleted',
    class: 'names',
    *sites(f) {
      yield* wholeFunctions(f, (m, end) => f.text.slice(0, m.index) + f.text.slice(end), '    ');
    },
  },
  {
    id: 'function renamed at its definition',
    class: 'names',
    *sites(f) {
      yield* each(f, new RegExp(`^${fn}(?<name>\\w+)`, 'dgm'), swap('name', typo));
    },
  },
  {
    id: 'method renamed at its definition',
    class: 'names',
    *sites(f) {
      yield* each(f, new RegExp(`^    ${fn}(?<name>\\w+)`, 'dgm'), swap('name', typo));
    },
  },
  {
    id: 'type renamed at its definition',
    class: 'names',
    *sites(f) {
      yield* each(f, /^(?:pub(?:\([a-z]+\))? )?(?:struct|enum|trait) (?<name>\w+)/dgm, swap('name', Typo));
    },
  },
  {
    id: 'variant renamed at its definition',
    class: 'names',
    *sites(f) {
      for (const m of f.code.matchAll(/^(?:pub(?:\([a-z]+\))? )?enum \w+[^{;]*\{/gm)) {
        const end = closeOf(f.code, m.index + m[0].length - 1);
        const body = f.code.slice(m.index, end);
        const hit = /\n {4}(?<name>[A-Z]\w+)/d.exec(body);
        if (hit === null) continue;
        const at = m.index + hit.indices.groups.name[1];
        yield { [f.path]: `${f.text.slice(0, at)}Zz${f.text.slice(at)}` };
      }
    },
  },
  {
    id: 'field renamed at its definition',
    class: 'names',
    *sites(f) {
      for (const m of f.code.matchAll(/^(?:pub(?:\([a-z]+\))? )?struct \w+[^{;(]*\{/gm)) {
        const end = closeOf(f.code, m.index + m[0].length - 1);
        const hit = /\n {4}(?:pub(?:\([a-z]+\))? )?(?<name>[a-z]\w+):/d.exec(f.code.slice(m.index, end));
        if (hit === null) continue;
        const at = m.index + hit.indices.groups.name[1];
        yield { [f.path]: `${f.text.slice(0, at)}_zz${f.text.slice(at)}` };
      }
    },
  },
  {
    id: 'pub removed',
    class: 'names',
    *sites(f) {
      yield* each(
        f,
        /^(?<pub>pub(?:\(crate\))? )(?:fn|struct|enum|trait|const|mod|type) /dgm,
        swap('pub', drop),
      );
    },
  },
  {
    id: 'pub removed of a method',
    class: 'names',
    *sites(f) {
      yield* each(f, /^ {4}(?<pub>pub(?:\(crate\))? )(?:const )?fn /dgm, swap('pub', drop));
    },
  },
  {
    id: 'argument added',
    class: 'names',
    *sites(f) {
      yield* each(withoutAttributes(f), /(?<![\w.:!]|fn )(?<name>[a-z]\w+)(?<open>\()(?=[a-z&])/dg, (m) =>
        KEYWORDS.has(m.groups.name) ? null : [m.indices.groups.open[1], m.indices.groups.open[1], '0, '],
      );
    },
  },
  {
    id: 'argument added to a method of self',
    class: 'names',
    *sites(f) {
      yield* each(f, /\bself\.[a-z]\w+(?<open>\()(?=[\w&)])/dg, (m) => [
        m.indices.groups.open[1],
        m.indices.groups.open[1],
        f.code[m.indices.groups.open[1]] === ')' ? '0' : '0, ',
      ]);
    },
  },
  {
    id: 'argument removed',
    class: 'names',
    *sites(f) {
      yield* each(
        withoutAttributes(f),
        /(?<![\w.:!]|fn )[a-z]\w+\((?<args>\w+, )\w+\)/dg,
        swap('args', drop),
      );
    },
  },
  {
    id: 'parameter added',
    class: 'names',
    *sites(f) {
      yield* each(f, new RegExp(`^ {0,4}${fn}\\w+(?<open>\\()(?=\\w+: |\\))`, 'dgm'), (m) => [
        m.indices.groups.open[1],
        m.indices.groups.open[1],
        f.code[m.indices.groups.open[1]] === ')' ? 'zz: u8' : 'zz: u8, ',
      ]);
    },
  },
  {
    id: 'function twice',
    class: 'names',
    *sites(f) {
      yield* wholeFunctions(
        f,
        (m, end) => `${f.text.slice(0, end)}\n\n${f.text.slice(m.index, end)}${f.text.slice(end)}`,
      );
    },
  },
  {
    id: 'import twice',
    class: 'names',
    *sites(f) {
      yield* each(f, /^use [\w:]+;\n/gm, (m) => [m.index, m.index, m[0]]);
    },
  },
  {
    id: 'item of a trait missing in its impl',
    class: 'names',
    *sites(f) {
      for (const m of f.code.matchAll(/^impl(?:<[^>]*>)? [\w:]+(?:<[^>]*>)? for [^{;]*\{\n/gm)) {
        const start = m.index + m[0].length;
        const hit = /^(?: {4}#\[[^\n]*\n)* {4}(?:unsafe )?fn \w+[^{};]*\{/m.exec(
          f.code.slice(start, closeOf(f.code, start - 2)),
        );
        if (hit === null) continue;
        const from = start + hit.index;
        const end = closeOf(f.code, from + hit[0].length - 1);
        yield { [f.path]: f.text.slice(0, from) + f.text.slice(end) };
      }
    },
  },
  {
    id: 'item a trait does not have in its impl',
    class: 'names',
    *sites(f) {
      yield* each(f, /^impl(?:<[^>]*>)? [\w:]+(?:<[^>]*>)? for [^{;]*\{\n/gm, (m) => [
        m.index + m[0].length,
        m.index + m[0].length,
        '    fn zz_extra() {}\n',
      ]);
    },
  },
  {
    id: 'field missing in a literal',
    class: 'names',
    *sites(f) {
      yield* each(f, /(?:Self|[A-Z]\w+) \{\n? *(?<field>[a-z]\w*: [\w.]+,) ?[^.}]*\}/dg, swap('field', drop));
    },
  },
  {
    id: 'field unknown in a literal',
    class: 'names',
    *sites(f) {
      yield* each(f, /(?:= |\(|^ +)(?:Self|[A-Z]\w+) \{\s*(?<name>[a-z]\w*): /dgm, swap('name', typo));
    },
  },
  // types, borrows, traits
  {
    id: 'return type changed',
    class: 'types',
    *sites(f) {
      yield* each(f, /-> (?<type>bool|usize|u8|u32|&str|String|char|Self) \{/dg, (m) => [
        ...m.indices.groups.type,
        '[i128; 3]',
      ]);
    },
  },
  {
    id: 'result dropped by a semicolon',
    class: 'types',
    *sites(f) {
      for (const m of f.code.matchAll(/fn \w+[^{};]*-> [^{};]*\{/g)) {
        const end = closeOf(f.code, m.index + m[0].length - 1);
        if (end < 0 || /[;}]\s*$/.test(f.code.slice(0, end - 1))) continue;
        const at = f.code.slice(0, end - 1).trimEnd().length;
        yield { [f.path]: `${f.text.slice(0, at)};${f.text.slice(at)}` };
      }
    },
  },
  {
    id: 'number where text is due',
    class: 'types',
    *sites(f) {
      for (const m of f.text.matchAll(/\((?<lit>"[^"\\\n]*")\)/dg)) {
        const [s, e] = m.indices.groups.lit;
        if (f.code[m.index] === '(' && f.code[s] === ' ')
          yield { [f.path]: `${f.text.slice(0, s)}7_u8${f.text.slice(e)}` };
      }
    },
  },
  {
    id: 'reference removed',
    class: 'types',
    *sites(f) {
      yield* each(f, /[(,] ?(?<ref>&(?:mut )?)[a-z]/dg, swap('ref', drop));
    },
  },
  {
    id: 'question mark removed',
    class: 'types',
    *sites(f) {
      yield* each(f, /\)(?<mark>\?)/dg, swap('mark', drop));
    },
  },
  {
    id: 'variant added',
    class: 'types',
    *sites(f) {
      yield* each(f, /^(?:pub(?:\([a-z]+\))? )?enum \w+[^{;]*\{\n/gm, (m) => [
        m.index + m[0].length,
        m.index + m[0].length,
        '    ZzAdded,\n',
      ]);
    },
  },
  {
    id: 'match arm removed',
    class: 'types',
    *sites(f) {
      yield* each(f, /^ {8,}[A-Z]\w*::\w+[^\n]* => [^\n{]*,\n/gm, (m) => [
        m.index,
        m.index + m[0].length,
        '',
      ]);
    },
  },
  {
    id: 'mut removed',
    class: 'types',
    *sites(f) {
      yield* each(f, /let (?<mut>mut )/dg, (m) => [...m.indices.groups.mut, '']);
    },
  },
  {
    id: 'derive removed',
    class: 'types',
    *sites(f) {
      yield* each(f, /^#\[derive\([^\]]*\]\n/gm, (m) => [m.index, m.index + m[0].length, '']);
    },
  },
  {
    id: 'lifetime removed',
    class: 'types',
    *sites(f) {
      yield* each(f, /^impl(?<life><'\w+>) /dgm, swap('life', drop));
    },
  },
  {
    id: 'bound removed',
    class: 'types',
    *sites(f) {
      yield* each(f, /<\w(?<bound>: [\w:+ ]+)>/dg, swap('bound', drop));
    },
  },
  {
    id: 'let removed',
    class: 'types',
    *sites(f) {
      yield* each(f, /^ +let (?:mut )?\w+ = [^;{}]+;\n/gm, (m) => [m.index, m.index + m[0].length, '']);
    },
  },
  {
    id: 'unwrap added',
    class: 'types',
    *sites(f) {
      yield* each(f, /\.len\(\)(?<end>)/dg, (m) => [...m.indices.groups.end, '.unwrap()']);
    },
  },
  {
    id: 'moved value used again',
    class: 'types',
    *sites(f) {
      yield* each(f, /let (?<name>[a-z]\w*) = (?:String::new\(\)|Vec::new\(\)|vec!\[\]);/dg, (m) => [
        m.index + m[0].length,
        m.index + m[0].length,
        ` drop(${m.groups.name}); drop(${m.groups.name});`,
      ]);
    },
  },
  {
    id: 'condition not a bool',
    class: 'types',
    *sites(f) {
      yield* each(f, /\bif (?<cond>[a-z][\w.]*\([^(){}]*\)) \{/dg, swap('cond', '7_u8'));
    },
  },
];

/** Edits that a crate takes without a change of behaviour. */
export const CORRECT_EDITS = [
  {
    id: 'comment added',
    *sites(f) {
      yield* each(f, new RegExp(`^${fn}`, 'gm'), (m) => [m.index, m.index, '// Checked.\n']);
    },
  },
  {
    id: 'private function added',
    *sites(f) {
      yield {
        [f.path]: `${f.text.trimEnd()}\n\n#[allow(dead_code)]\nfn zz_added(value: u32) -> u32 {\n    value.wrapping_add(1)\n}\n`,
      };
    },
  },
  {
    id: 'struct with impl added',
    *sites(f) {
      yield {
        [f.path]: `${f.text.trimEnd()}\n\n#[allow(dead_code)]\nstruct ZzPoint {\n    x: u32,\n}\n\n#[allow(dead_code)]\nimpl ZzPoint {\n    fn new(x: u32) -> Self {\n        Self { x }\n    }\n\n    fn double(&self) -> u32 {\n        self.x.wrapping_mul(2)\n    }\n}\n`,
      };
    },
  },
  {
    id: 'local renamed with all its uses',
    *sites(f) {
      for (const m of f.code.matchAll(/^( *)let (?:mut )?([a-z]\w{3,}) = /gm)) {
        const open = f.code.lastIndexOf('\n', f.code.lastIndexOf('fn ', m.index));
        const end = closeOf(f.code, f.code.indexOf('{', open));
        if (open < 0 || end < m.index) continue;
        const body = f.text.slice(open, end);
        if (new RegExp(`[.:]${m[2]}\\b|\\b${m[2]}:|[{,] ?${m[2]} ?[,}]|"[^"\\n]*\\{${m[2]}`).test(body))
          continue;
        yield {
          [f.path]:
            f.text.slice(0, open) +
            body.replace(new RegExp(`\\b${m[2]}\\b`, 'g'), `${m[2]}_zz`) +
            f.text.slice(end),
        };
      }
    },
  },
  {
    id: 'module added with its mod line',
    *sites(f) {
      if (!/^src\/lib\.rs$/.test(f.path)) return;
      for (let n = 0; n < 12; n += 1)
        yield {
          [f.path]: `${f.text.trimEnd()}\n\n#[allow(dead_code)]\nmod zz_extra${n};\n`,
          [`src/zz_extra${n}.rs`]: `pub(crate) fn value() -> u32 {\n    ${n}\n}\n`,
        };
    },
  },
  {
    id: 'use added and used',
    *sites(f) {
      yield {
        [f.path]: `${f.text.trimEnd()}\n\n#[allow(dead_code)]\nmod zz_inner {\n    use core::cmp::Ordering;\n\n    pub(super) fn compare(a: u32, b: u32) -> Ordering {\n        a.cmp(&b)\n    }\n}\n`,
      };
    },
  },
  {
    id: 'test added',
    *sites(f) {
      yield {
        [f.path]: `${f.text.trimEnd()}\n\n#[cfg(test)]\nmod zz_tests {\n    #[test]\n    fn adds() {\n        assert_eq!(1 + 1, 2);\n    }\n}\n`,
      };
    },
  },
  {
    id: 'statement added',
    *sites(f) {
      yield* each(f, new RegExp(`^ {4}${fn}\\w+\\([^)]*\\) (?:-> [^{};]*)?\\{\\n`, 'gm'), (m) => [
        m.index + m[0].length,
        m.index + m[0].length,
        '        let _zz = 1_u32;\n',
      ]);
    },
  },
  {
    id: 'method added',
    *sites(f) {
      yield* each(f, /^impl(?:<[^>]*>)? [A-Z]\w+(?:<[^>]*>)? \{\n/gm, (m) => [
        m.index + m[0].length,
        m.index + m[0].length,
        '    #[allow(dead_code)]\n    fn zz_method(&self) -> u32 {\n        0\n    }\n\n',
      ]);
    },
  },
  {
    id: 'integration test file added',
    *sites(f) {
      if (f.path === 'src/lib.rs')
        for (let n = 0; n < 6; n += 1)
          yield { [`tests/zz_${n}.rs`]: '#[test]\nfn works() {\n    assert!(true);\n}\n' };
    },
  },
];
