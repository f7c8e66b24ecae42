/** The protocol's version: raised with every change of the wire schemas (messages.test.ts ties the two together). */
export const PROTOCOL_RANGE = {min: 1, max: 1} as const;
