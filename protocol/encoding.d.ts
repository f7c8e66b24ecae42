/** The two globals that every runtime of Aster has and that no pure TypeScript library declares. */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: {fatal?: boolean; ignoreBOM?: boolean});
  decode(bytes?: Uint8Array): string;
}
