import module from 'node:module';

/**
 * Keeps compiled code between runs, in the system's folder for temporary files (NODE_DISABLE_COMPILE_CACHE=1 turns it off).
 * A start from the sources takes 0.1 s instead of 0.2 s then. Threads learn of it by the environment variable.
 */
export function keepCompiledCode(): void {
  module.enableCompileCache();
  const folder = module.getCompileCacheDir();
  if (folder !== undefined) process.env['NODE_COMPILE_CACHE'] ??= folder;
}
