/** Why an address can't be used, beyond what a round of sync would say. */
export type AddressErrorType =
  | 'no_address'
  | 'other_scheme'
  /** An encrypted page may not ask a server without TLS. */
  | 'mixed_content'
  /** A server is there, but without the TLS that was asked for. */
  | 'no_tls'
  /** Something answers, and the browser doesn't let this app read it. */
  | 'origin_refused'
  /** The app itself comes from there, and no server. */
  | 'own_address';

export interface AddressError {
  readonly type: AddressErrorType;
  readonly message: string;
  /** What can be used in its place, where something can. */
  readonly address?: string;
}
