// OutputError: an output that cannot be opened or was configured wrongly, with a stable code.

export type OutputErrorCode = 'open_failed' | 'unsupported' | 'bad_setting';

/** Thrown by `create` of an output; `cause` holds the system's error where there is one. */
export class OutputError extends Error {
  readonly code: OutputErrorCode;

  constructor(code: OutputErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'OutputError';
    this.code = code;
  }
}
