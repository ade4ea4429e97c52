// KeptCertificate: what an output that stores certificates is given of one end of a connection.

export interface KeptCertificate {
  /** DER, the leaf first. */
  readonly chain: readonly Uint8Array[];
  /** Of the leaf: `C=US, O=Example, CN=www.example.com` */
  readonly subject: string;
  readonly issuer: string;
  /** SHA-1, lower case, with colons. */
  readonly fingerprint: string;
}
