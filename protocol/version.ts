/** The protocol's version: raised with every change of the wire schemas (messages.test.ts ties the two together). */
export const PROTOCOL_RANGE: {readonly min: number; readonly max: number} = {min: 3, max: 3};
