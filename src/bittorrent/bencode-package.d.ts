declare module 'bencode' {
  const bencode: {
    readonly decode: {
      (data: Uint8Array): unknown;
      /** Where the package keeps its copy of the last message, also after it has returned. */
      data: Uint8Array | null;
    };
    readonly encode: (value: unknown) => Uint8Array;
  };
  export default bencode;
}
