/** The methods of a store, all of which take and give plain data. */
type Methods<Store> = { readonly [Name in keyof Store]: (...args: never[]) => Promise<unknown> };

/**
 * A store whose calls go to another thread: an object with a method for each name in `names`, that passes its arguments on to
 * `call`.
 */
export function remoteStore<Store extends Methods<Store>>(
  names: Readonly<Record<keyof Store & string, true>>,
  call: (name: keyof Store & string, args: readonly unknown[]) => Promise<unknown>,
): Store {
  const methods = Object.keys(names).map((name) => [
    name,
    (...args: readonly unknown[]) => call(name as keyof Store & string, args), // a key of `names`
  ]);
  return Object.freeze(Object.fromEntries(methods)) as Store; // every name of Store is a key of `names`
}
