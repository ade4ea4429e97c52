// How the end of a body is told.

export const Framing = { none: 0, length: 1, chunked: 2, untilClose: 3 } as const;
