// Teredo (RFC 4380): IPv6 over UDP, perhaps behind an origin or authentication indication.

export const TEREDO_ORIGIN_LENGTH = 8;

export const TeredoIndication = { origin: 0, authentication: 1 } as const;
