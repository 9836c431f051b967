import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from './source-tree.ts';

/** The code blocks of a language in one of our documents, in their order: what is printed there is what is tested. */
export async function codeBlocks(document: string, language: string): Promise<string[]> {
  const text = await readFile(join(projectRoot, document), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, code = '']) => code,
  );
}
