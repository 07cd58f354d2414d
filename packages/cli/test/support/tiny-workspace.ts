import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseSourceFiles } from '@parseltongue/isg-core/testing';

/** Two crates, a trait, a unit test, a doctest; builds and passes in seconds, offline. */
export const TINY = `
//- /Cargo.toml
[workspace]
resolver = "2"
members = ["shapes", "report"]
//- /.gitignore
/target
//- /shapes/Cargo.toml
[package]
name = "shapes"
version = "0.1.0"
edition = "2021"
//- /shapes/src/lib.rs
//! Shapes and their areas.

/// Something with an area.
pub trait Area {
    /// The area in square units.
    fn area(&self) -> u32;
}

/// A rectangle with whole sides.
pub struct Rect {
    pub width: u32,
    pub height: u32,
}

impl Rect {
    /// A square.
    pub fn square(side: u32) -> Self {
        Rect { width: side, height: side }
    }
}

impl Area for Rect {
    fn area(&self) -> u32 {
        self.width * self.height
    }
}

/// Sums the areas.
///
/// \`\`\`
/// use shapes::{total_area, Rect};
/// assert_eq!(total_area(&[Rect::square(2), Rect::square(3)]), 13);
/// \`\`\`
pub fn total_area(shapes: &[Rect]) -> u32 {
    shapes.iter().map(|shape| shape.area()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_has_its_side_squared() {
        assert_eq!(Rect::square(4).area(), 16);
    }
}
//- /report/Cargo.toml
[package]
name = "report"
version = "0.1.0"
edition = "2021"

[dependencies]
shapes = { path = "../shapes" }
//- /report/src/lib.rs
use shapes::{total_area, Rect};

/// One line about some squares.
pub fn describe(sides: &[u32]) -> String {
    let shapes: Vec<Rect> = sides.iter().map(|side| Rect::square(*side)).collect();
    format!("{} shapes, area {}", shapes.len(), total_area(&shapes))
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn describes_count_and_area() {
        assert_eq!(describe(&[1, 2]), "2 shapes, area 5");
    }
}
`;

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Tester',
  GIT_AUTHOR_EMAIL: 'tester@localhost',
  GIT_COMMITTER_NAME: 'Tester',
  GIT_COMMITTER_EMAIL: 'tester@localhost',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** A repository in a temporary folder, with an environment of its own. */
export interface TestRepository {
  root: string;
  env: Record<string, string>;
  write(path: string, text: string): void;
  git(...args: string[]): string;
  remove(): void;
}

/** Writes the files of a text with file markers and commits them. */
export function createRepository(files: string = TINY): TestRepository {
  const scratch = mkdtempSync(join(tmpdir(), 'parseltongue-cli-'));
  const repository = openRepository(scratch);
  for (const [path, text] of parseSourceFiles(files)) repository.write(path, text);
  commitAll(repository);
  return repository;
}

/** A handle on `<scratch>/repo` with caches beside it. */
export function openRepository(scratch: string): TestRepository {
  const root = join(scratch, 'repo');
  mkdirSync(root, { recursive: true });
  const env: Record<string, string> = {
    ...definedOnly(process.env),
    ...IDENTITY,
    PARSELTONGUE_CACHE_DIR: join(scratch, 'cache'),
    PARSELTONGUE_ANALYZER: 'false', // what is installed must not change what a test sees
    PARSELTONGUE_CONFINE: 'false',
    PARSELTONGUE_DAEMON_IDLE_SECONDS: '60',
    XDG_CONFIG_HOME: join(scratch, 'config'),
  };
  delete env.ANTHROPIC_API_KEY;
  return {
    root,
    env,
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    git: (...args) =>
      execFileSync('git', ['-C', root, ...args], {
        encoding: 'utf8',
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

/** Makes the folder a repository with one commit. */
export function commitAll({ git }: TestRepository): void {
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Start');
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
