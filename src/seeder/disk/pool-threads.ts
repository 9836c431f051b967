/** Threads of Node's pool, by which all file access goes: four unless the environment says otherwise. */
export function poolThreads(): number {
  return Number(process.env['UV_THREADPOOL_SIZE']) || 4;
}
