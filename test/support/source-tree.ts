import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout, absolute. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** One import of a source file: a static import or re-export, a dynamic import, or a worker entry `new URL('./x.ts', import.meta.url)`. */
export interface SourceImport {
  /** As written: `../bittorrent/bencode.ts`, `node:fs`, `express`. */
  readonly specifier: string;
  /** `import type` and `export type`: gone when the program runs. */
  readonly isTypeOnly: boolean;
  readonly kind: 'static' | 'dynamic' | 'url';
}

/** One file of the tree with its imports. */
export interface SourceFile {
  /** Relative to the root that was read, with slashes: `tracker/http/parse.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly imports: readonly SourceImport[];
}

const stringOrComment =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const staticImport = /^[ \t]*(?:import|export)\b(\s+type\b)?(?:[^'"`;=()]*?\bfrom)?\s*['"]([^'"\n]+)['"]/gm;
const dynamicImport = /\bimport\(\s*['"`]([^'"`\n]+)['"`]/g;
const urlImport = /\bnew URL\(\s*['"`](\.[^'"`\n]+)['"`]\s*,\s*import\.meta\.url/g;

/** The imports of one TypeScript text. Comments do not count; the text is expected to be formatted by Biome. */
export function parseImports(text: string): SourceImport[] {
  const code = text.replace(stringOrComment, (whole: string, literal: string | undefined) =>
    literal === undefined ? whole.replace(/[^\n]/g, ' ') : whole,
  );
  const found: SourceImport[] = [];
  for (const match of code.matchAll(staticImport))
    found.push({ specifier: match[2] ?? '', isTypeOnly: match[1] !== undefined, kind: 'static' });
  for (const match of code.matchAll(dynamicImport))
    found.push({ specifier: match[1] ?? '', isTypeOnly: false, kind: 'dynamic' });
  for (const match of code.matchAll(urlImport))
    found.push({ specifier: match[1] ?? '', isTypeOnly: false, kind: 'url' });
  return found;
}

/** Every `.ts` file below a folder, sorted by path. */
export function readSourceTree(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readSourceFile(folder, join(entry.parentPath, entry.name)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readSourceFile(folder: string, path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const lineCount = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return { path: relative(folder, path), text, lineCount, imports: parseImports(text) };
}

/** The path, relative to the tree, that a relative specifier of a file names; undefined for a package or a `node:` module. */
export function resolveImport(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return relative('/tree', resolve(dirname(join('/tree', file.path)), specifier));
}

/** The package a specifier belongs to: `express`, `@scope/name`; undefined for relative specifiers and `node:` modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The first cycle among the files' imports, as the paths along it (the first again at the end); undefined when there is none. */
export function findImportCycle(files: readonly SourceFile[]): string[] | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): string[] | undefined => {
    const start = trail.indexOf(path);
    if (start >= 0) return [...trail.slice(start), path];
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return undefined;
    for (const { specifier, kind } of file.imports) {
      const target = kind === 'static' ? resolveImport(file, specifier) : undefined;
      const cycle = target === undefined ? undefined : walk(target, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of files) {
    const cycle = walk(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
