// Anomalies of SMTP and of the messages in it.

import { defineAnomalies, reserveAnomalies } from '../../framework/anomaly.ts';

export const ANOMALY = defineAnomalies('applayer', 'smtp', [
  'invalid_reply',
  'invalid_pipelined_sequence',
  'no_server_welcome_message',
  'tls_rejected',
  'data_command_rejected',
  'mime_invalid_base64',
  'mime_invalid_qp',
  'mime_long_line',
  'mime_long_enc_line',
  'mime_long_header_name',
  'mime_long_header_value',
  'mime_long_boundary',
  'mime_long_filename',
  'duplicate_fields',
  'unparsable_content',
  'truncated_line',
  'invalid_bdat',
]);

reserveAnomalies('applayer', 'smtp', [
  'unable_to_match_reply_with_request',
  'max_command_line_len_exceeded',
  'max_reply_line_len_exceeded',
  'bdat_chunk_len_exceeded',
  'failed_protocol_change',
  'mime_parse_failed',
  'mime_malformed_msg',
]);
