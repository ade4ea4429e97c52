// Stand-ins for buffers of application layers that are not there yet, so that the rest of such a rule is still checked.

import type { BufferDefinition } from '../../framework/buffer.ts';

/** Options that belong to the content before them, or select nothing. */
const NO_BUFFER: ReadonlySet<string> = new Set(
  `http_uri http_raw_uri http_method http_header http_raw_header http_cookie http_client_body http_server_body
  http_stat_code http_stat_msg http_user_agent http_host http_raw_host ftpbounce tls_cert_expired tls_cert_valid
  tls.store tls_store filestore`.split(/\s+/),
);

/** The buffer that an option of a missing application layer selects, null when it selects none. */
export function pendingBuffer(name: string, value: string): BufferDefinition | null {
  if (name !== 'frame' && (value !== '' || NO_BUFFER.has(name))) return null;
  return { name, description: name, source: 'app', isMulti: true, get: () => false };
}
